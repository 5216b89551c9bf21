import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compact, grouped, sum } from '../../src/reports/decimals.ts';
import { scaleOf } from '../../src/reports/scale.ts';
import { displayWidth, padStart, printable, truncate } from '../../src/reports/text-width.ts';

describe('decimals', () => {
  test.each([
    ['0', '0'],
    ['999', '999'],
    ['1000', '1,000'],
    ['-1234567.5', '-1,234,567.5'],
    ['0.0001', '0.0001'],
    ['123456789012345678901234.56', '123,456,789,012,345,678,901,234.56'],
    ['NaN', 'NaN'],
  ])('%s is grouped as %s', (value, expected) => expect(grouped(value)).toBe(expected));

  test('sums are exact', () => {
    expect(sum(['0.10', '0.20', '-0.31'])).toBe('-0.01');
    expect(sum(['99999999999999999999.99', '0.01'])).toBe('100000000000000000000.00');
    expect(sum([])).toBe('0');
    expect(sum(['1', 'NaN'])).toBeNull();
    fc.assert(
      fc.property(fc.array(fc.integer()), (cents) => {
        const decimals = cents.map(
          (c) =>
            `${c < 0 ? '-' : ''}${Math.floor(Math.abs(c) / 100)}.${String(Math.abs(c) % 100).padStart(2, '0')}`,
        );
        const total = cents.reduce((a, c) => a + BigInt(c), 0n);
        expect(BigInt((sum(decimals) ?? '').replace('.', ''))).toBe(total);
      }),
    );
  });

  test.each([
    [0, '0'],
    [0.25, '0.25'],
    [-2500, '-2.5k'],
    [1_000_000, '1M'],
    [250e9, '250B'],
    [5e18, '5e18'],
  ])('%d is short for %s', (value, expected) => expect(compact(value)).toBe(expected));
});

describe('a scale', () => {
  test.each([
    [[3, 18, 7], false, [0, 5, 10, 15, 20]],
    [[0.3], false, [0, 0.1, 0.2, 0.3]],
    [[1], true, [0, 1]],
    [[3], true, [0, 1, 2, 3]],
    [[0, 0], false, [0, 1]],
    [[], false, [0, 1]],
    [[-30, 50], false, [-50, -25, 0, 25, 50]],
    [[-5], false, [-6, -4, -2, 0]],
    [[Number.NaN, 8], false, [0, 2, 4, 6, 8]],
  ])('of %j has ticks', (values, whole, ticks) => expect(scaleOf(values, 4, whole).ticks).toEqual(ticks));

  test('holds zero and every figure, with few even ticks', () => {
    const figure = fc
      .double({ min: -1e300, max: 1e300, noNaN: true })
      .filter((x) => x === 0 || Math.abs(x) > 1e-300);
    fc.assert(
      fc.property(fc.array(figure, { minLength: 1 }), fc.integer({ min: 1, max: 6 }), (values, intervals) => {
        const { from, to, ticks } = scaleOf(values, intervals, false);
        const tolerance = (to - from) * 1e-6;
        expect(from).toBeLessThanOrEqual(Math.min(0, ...values) + tolerance);
        expect(to).toBeGreaterThanOrEqual(Math.max(0, ...values) - tolerance);
        expect(ticks).toContain(0);
        expect(ticks.length).toBeGreaterThan(1);
        expect(ticks.length).toBeLessThanOrEqual(Math.max(2, intervals) + 1);
      }),
    );
  });
});

describe('text in columns', () => {
  test.each([
    ['Cadeira', 7],
    ['Maçã', 4],
    ['Mac\u0327a\u0303', 4],
    ['日本', 4],
    ['한국어', 6],
    ['👍🏽 ok', 5],
    ['👩‍👩‍👧‍👦', 2],
    ['🇧🇷', 2],
    ['❤️', 2],
    ['…│█', 3],
    ['\u200b', 0],
    ['', 0],
  ])('%s takes %d', (text, width) => expect(displayWidth(text)).toBe(width));

  test('is cut between characters', () => {
    expect(truncate('Maçã do amor', 6, '…')).toBe('Maçã…');
    expect(truncate('日本語日本語', 6, '…')).toBe('日本…');
    expect(truncate('curto', 5, '…')).toBe('curto');
    expect(truncate('abcdef', 2, '...')).toBe('..');
    expect(truncate('abcdef', 0, '…')).toBe('');
    expect(padStart('日本', 6)).toBe('  日本');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 0, max: 20 }), (text, width) => {
        expect(displayWidth(truncate(printable(text), width, '…'))).toBeLessThanOrEqual(width);
      }),
    );
  });

  test('cannot steer the terminal', () => {
    expect(printable('a\u001b[2Jb\r\nc\u202ed')).toBe('a [2Jb c d');
  });
});
