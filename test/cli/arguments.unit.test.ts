import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calendarDay, wholeNumber } from '../../src/cli/arguments.ts';
import { ShopPipeError } from '../../src/errors.ts';

const refusal = (work: () => unknown): ShopPipeError => {
  try {
    work();
  } catch (error) {
    if (error instanceof ShopPipeError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

describe('calendarDay', () => {
  it.each(['2018-05-01', '2016-02-29', '2000-02-29', '2018-12-31', '0001-01-01', '9999-12-31'])(
    'takes %s',
    (day) => {
      expect(calendarDay('--date', day)).toBe(day);
    },
  );

  it.each([
    '2018-02-30',
    '2018-02-29',
    '1900-02-29',
    '2018-13-01',
    '2018-00-10',
    '2018-04-31',
    '2018-05-00',
    '0000-01-01',
    '2018-5-1',
    '20180501',
    '2018-05-01T00:00:00Z',
    ' 2018-05-01',
    '2018-05-01\n',
    '+02018-05-01',
    'yesterday',
    '',
  ])('refuses %j and says how to write it', (day) => {
    expect(refusal(() => calendarDay('--from', day))).toMatchObject({
      kind: 'usage',
      code: 'bad_date',
      message: `--from ${day} is not a day`,
      suggestion: expect.stringContaining('--from 2018-05-01'),
    });
  });

  it('takes exactly the days that exist', () => {
    const two = (n: number): string => String(n).padStart(2, '0');
    fc.assert(
      fc.property(
        fc.integer({ min: 1900, max: 2100 }),
        fc.integer({ min: 0, max: 13 }),
        fc.integer({ min: 0, max: 32 }),
        (year, month, day) => {
          const text = `${year}-${two(month)}-${two(day)}`;
          // Day 0 of the next month is the last one of this.
          const lengthOfMonth = new Date(Date.UTC(year, month, 0)).getUTCDate();
          const exists = month >= 1 && month <= 12 && day >= 1 && day <= lengthOfMonth;
          if (exists) expect(calendarDay('--date', text)).toBe(text);
          else expect(refusal(() => calendarDay('--date', text)).code).toBe('bad_date');
        },
      ),
    );
  });
});

describe('wholeNumber', () => {
  it.each<[string, number]>([
    ['0', 0],
    ['007', 7],
    ['50_000', 50_000],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ])('takes %s', (text, value) => {
    expect(wholeNumber('--seed', text, 0, Number.MAX_SAFE_INTEGER)).toBe(value);
  });

  it.each(['', '-1', '+1', '1.0', '1e3', '0x10', 'many', ' 1', '1 ', '_1', 'NaN', '9007199254740993'])(
    'refuses %j',
    (text) => {
      expect(refusal(() => wholeNumber('--seed', text, 0, Number.MAX_SAFE_INTEGER))).toMatchObject({
        kind: 'usage',
        code: 'bad_number',
        message: expect.stringContaining(`--seed ${text} is not a whole number from 0`),
      });
    },
  );

  it('keeps to its bounds', () => {
    const taken = [9, 10, 11, 20, 21].filter((n) => {
      try {
        return wholeNumber('-n', String(n), 10, 20) === n;
      } catch {
        return false;
      }
    });
    expect(taken).toEqual([10, 11, 20]);
  });
});
