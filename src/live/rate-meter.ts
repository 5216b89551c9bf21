import type { Figure, Rate } from './state.ts';

/** What is kept: more than five minutes of rounds. */
const mostRates = 390;

type Counts = ReadonlyMap<string, number>;

/**
 * Orders and cancellations per second, from how the counters of the hours grow between two looks: the rollups that are
 * looked at anyway, so it costs the database nothing, at any rate.
 */
export class RateMeter {
  #last: { at: number; orders: Counts; cancellations: Counts } | null = null;
  #rates: Rate[] = [];

  get rates(): readonly Rate[] {
    return this.#rates;
  }

  /** @param at - when it was looked, in milliseconds since 1970. */
  add(at: number, hours: Figure, cancellations: Figure): Rate {
    const now = { at, orders: countsOf(hours), cancellations: countsOf(cancellations) };
    const last = this.#last;
    const seconds = last ? Math.max(0.001, (at - last.at) / 1000) : 0;
    // After a pause, in which nobody looked, what came meanwhile is no rate of this second.
    const known = last !== null && seconds < 10;
    const rate: Rate = {
      at,
      orders: known ? growth(last.orders, now.orders) / seconds : null,
      cancellations: known ? growth(last.cancellations, now.cancellations) / seconds : null,
    };
    this.#last = now;
    this.#rates = [...this.#rates.slice(1 - mostRates), rate];
    return rate;
  }
}

const countsOf = (figure: Figure): Counts =>
  new Map(figure.rows.map((row) => [String(row[0]), Number(row[1])]));

/** The oldest hour leaves the window, a new one comes into it: both are no change. Rollups that are made anew may shrink. */
function growth(before: Counts, now: Counts): number {
  if (before.size === 0) return [...now.values()].reduce((sum, count) => sum + count, 0);
  const oldest = [...before.keys()][0] ?? '';
  let grown = 0;
  for (const [hour, count] of now) if (hour >= oldest) grown += count - (before.get(hour) ?? 0);
  return Math.max(0, grown);
}
