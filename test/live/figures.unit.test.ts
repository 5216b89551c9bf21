import { describe, expect, it } from 'vitest';
import { environmentError } from '../../src/errors.ts';
import { changesOf } from '../../src/live/changes.ts';
import { Movement } from '../../src/live/movement.ts';
import { noticesOf } from '../../src/live/notices.ts';
import { bestEncoding } from '../../src/live/page-files.ts';
import { RateMeter } from '../../src/live/rate-meter.ts';
import type { Figure, Health, LiveState } from '../../src/live/state.ts';

const figure = (rows: Figure['rows']): Figure => ({
  title: '',
  description: '',
  columns: [],
  rows,
  window: null,
});

describe('rates', () => {
  it('are how the counters grew per second', () => {
    const meter = new RateMeter();
    expect(
      meter.add(
        0,
        figure([
          ['h1', 5],
          ['h2', 7],
        ]),
        figure([['h1', 1]]),
      ),
    ).toMatchObject({ orders: null, cancellations: null });
    expect(
      meter.add(
        2_000,
        figure([
          ['h1', 6],
          ['h2', 17],
        ]),
        figure([['h1', 3]]),
      ),
    ).toMatchObject({ orders: 5.5, cancellations: 1 });
  });

  it('know an hour that begins from one that ends', () => {
    const meter = new RateMeter();
    meter.add(
      0,
      figure([
        ['h1', 500],
        ['h2', 7],
      ]),
      figure([]),
    );
    expect(
      meter.add(
        1_000,
        figure([
          ['h2', 8],
          ['h3', 4],
        ]),
        figure([]),
      ).orders,
    ).toBe(5);
  });

  it('are unknown after a pause, and never below zero', () => {
    const meter = new RateMeter();
    meter.add(0, figure([['h1', 5]]), figure([]));
    expect(meter.add(60_000, figure([['h1', 900]]), figure([])).orders).toBeNull();
    expect(meter.add(61_000, figure([['h1', 3]]), figure([])).orders).toBe(0);
  });

  it('are kept for some minutes', () => {
    const meter = new RateMeter();
    for (let second = 0; second < 1_000; second += 1) meter.add(second * 1_000, figure([]), figure([]));
    expect(meter.rates.length).toBeLessThan(400);
    expect(meter.rates.at(-1)?.at).toBe(999_000);
  });
});

describe('movement', () => {
  const ranking = (...names: string[]): Figure => figure(names.map((name, at) => [at + 1, name, 'c']));

  it('is against the places of a minute ago', () => {
    const movement = new Movement();
    expect(movement.add(0, ranking('a', 'b', 'c'))).toEqual([0, 0, 0]);
    expect(movement.add(1_000, ranking('c', 'a', 'd'))).toEqual([2, -1, null]);
    expect(movement.add(59_000, ranking('c', 'a', 'd'))).toEqual([2, -1, null]);
    expect(movement.add(62_000, ranking('c', 'a', 'd'))).toEqual([0, 0, 0]);
  });

  it('begins anew with a day', () => {
    const movement = new Movement();
    movement.add(0, ranking('a', 'b'));
    movement.add(1_000, ranking());
    expect(movement.add(2_000, ranking('b', 'a'))).toEqual([0, 0]);
  });
});

describe('notices', () => {
  const running: NonNullable<Health['stream']> = {
    state: 'running',
    read: 9,
    applied: 9,
    rejected: 0,
    events_per_s: 3,
    p50_ms: 1,
    p99_ms: 2,
    last_batch_at: '2018-08-01T12:00:00.000Z',
  };
  const now = Date.parse('2018-08-01T12:01:00.000Z');
  const codes = (stream: Health['stream'], lag: number | null = null): string[] =>
    noticesOf({ figures: {}, health: { stream, lag, produced: null, etl: null } }, null, now).map(
      ({ code }) => code,
    );

  it('tell what stands still', () => {
    expect(codes(null)).toEqual(['stream_never_ran']);
    for (const state of ['stopped', 'failed', 'silent', 'waiting'] as const)
      expect(codes({ ...running, state })).toEqual([`stream_${state}`]);
    expect(codes(running, 500)).toEqual(['stream_still']);
    expect(codes({ ...running, last_batch_at: '2018-08-01T12:00:55.000Z' }, 500)).toEqual([]);
    expect(codes({ ...running, events_per_s: null }, 0)).toEqual(['nothing_arrives']);
    expect(codes(running, 0)).toEqual([]);
  });

  it('tell that the lag is not known, where there is one to know', () => {
    const away = environmentError('kafka_unreachable', 'cannot reach kafka', { suggestion: 'shop-pipe up' });
    const health = (stream: Health['stream']): Health => ({ stream, lag: null, produced: null, etl: null });
    expect(noticesOf({ figures: {}, health: health(running) }, away, now)).toEqual([
      {
        code: 'kafka_unreachable',
        level: 'hint',
        message: 'the lag is not known: cannot reach kafka',
        suggestion: 'shop-pipe up',
      },
    ]);
    expect(noticesOf({ figures: {}, health: health(null) }, away, now).map(({ code }) => code)).toEqual([
      'stream_never_ran',
    ]);
  });
});

describe('changes', () => {
  const state: LiveState = {
    asOf: 'a',
    timezone: 'UTC',
    notices: [],
    figures: { cancellations: figure([['h', 1]]) },
    moves: [],
    rates: [{ at: 1, orders: 1, cancellations: null }],
    health: null,
  };

  it('are what differs, and nothing else', () => {
    expect(JSON.parse(changesOf(state, { ...state, asOf: 'b' }))).toEqual({ asOf: 'b' });
    const rate = { at: 2, orders: 3, cancellations: 0 };
    const figures = { ...state.figures, 'recent-orders': figure([['x']]) };
    expect(JSON.parse(changesOf(state, { ...state, figures, rates: [...state.rates, rate] }))).toEqual({
      figures: { 'recent-orders': figure([['x']]) },
      rate,
    });
  });
});

it.each([
  ['gzip, deflate, br, zstd', 'br'],
  ['gzip', 'gzip'],
  ['br;q=0, gzip;q=0.5', 'gzip'],
  ['', 'identity'],
  ['deflate', 'identity'],
])('of %j the encoding is %s', (accepted, encoding) => {
  expect(bestEncoding(accepted)).toBe(encoding);
});
