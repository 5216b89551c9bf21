import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decimal, durationSeconds, instant } from '../../src/cli/measures.ts';

describe('decimal', () => {
  it.each([
    ['500', 500],
    ['0.5', 0.5],
    ['.5', 0.5],
    ['1_000_000', 1_000_000],
  ])('takes %s', (text, value) => {
    expect(decimal('--rate', text, 0.001, 1_000_000)).toBe(value);
  });

  it.each(['', '0', '-5', 'fast', '1e3', '1000001', '1,5', '5.', '0x10', 'Infinity', 'NaN', ' 5'])(
    'refuses %j',
    (text) => {
      expect(() => decimal('--rate', text, 0.001, 1_000_000)).toThrow(
        `--rate ${text} is not a number from 0.001 to 1000000`,
      );
    },
  );

  it('says how to write it', () => {
    expect(() => decimal('--rate', 'fast', 0.001, 1_000_000, 500)).toThrow(
      expect.objectContaining({ suggestion: 'write it as --rate 500' }),
    );
  });
});

describe('durationSeconds', () => {
  it.each([
    ['30s', 30],
    ['2m', 120],
    ['1.5h', 5_400],
    ['500ms', 0.5],
    ['45', 45],
    ['8760h', 31_536_000],
  ])('takes %s', (text, value) => {
    expect(durationSeconds('--duration', text)).toBe(value);
  });

  it.each(['', '0s', '-1s', 's', '30 s', '30sec', '1d', '1e3s', '8761h', 'soon'])('refuses %j', (text) => {
    expect(() => durationSeconds('--duration', text)).toThrow(`--duration ${text} is not a duration`);
  });
});

describe('instant', () => {
  it('takes every instant that Node writes, from 1970 on', () => {
    const dates = fc.date({
      min: new Date(0),
      max: new Date('2999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    });
    fc.assert(fc.property(dates, (date) => instant('--start-time', date.toISOString()) === date.getTime()));
  });

  it('takes other zones and fewer digits', () => {
    expect(instant('--start-time', '2018-05-01T00:00-03:00')).toBe(Date.UTC(2018, 4, 1, 3));
    expect(instant('--start-time', '2016-02-29T12:00:00.5Z')).toBe(Date.UTC(2016, 1, 29, 12, 0, 0, 500));
  });

  it.each([
    '2018-05-01',
    '2018-05-01T00:00:00',
    '2018-05-01 00:00:00Z',
    '2018-02-30T00:00:00Z',
    '2018-05-01T25:00:00Z',
    '2018-13-01T00:00:00Z',
    '1969-12-31T23:59:59Z',
    '3000-01-01T00:00:00Z',
    'now',
  ])('refuses %s', (text) => {
    expect(() => instant('--start-time', text)).toThrow('--start-time');
  });
});
