import { firstMonth, ordersPerMonth, peak, weekdayHourShare } from './calibration.ts';
import { type LocalDay, localDays } from './local-days.ts';
import { kinds, Random } from './random.ts';

/** Spread of a day's demand about its trend, as a standard deviation of the logarithm; our choice. */
const dailyNoise = 0.1;

const peakFactor = peak.orders / peak.medianDay;
const weekdayShare = weekdayHourShare.map((hours) => hours.reduce((sum, share) => sum + share, 0));

/** How many orders each day has: growth, weekday, chance and Black Friday, scaled so that they add up to `orders`. */
export class Demand {
  readonly days: readonly LocalDay[];
  /** Orders before each day, and at the end all of them: day d has those from `before[d]` up to `before[d + 1]`. */
  readonly before: Int32Array;

  constructor(parameters: { orders: number; seed: number; days: number; lastDay: string }) {
    this.days = localDays(parameters.lastDay, parameters.days);
    const weights = dayWeights(this.days, parameters.seed);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    this.before = new Int32Array(weights.length + 1);
    let sum = 0;
    weights.forEach((weight, day) => {
      sum += weight;
      // Rounding the running sum, not each day, keeps the total exact.
      this.before[day + 1] = Math.round((sum / total) * parameters.orders);
    });
    this.before[weights.length] = parameters.orders;
  }

  /** When order `index` is, in days since the first one, as if orders came evenly within each day. */
  dayOf(index: number): number {
    let low = 0;
    let high = this.days.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.before[middle] as number) <= index) low = middle;
      else high = middle - 1;
    }
    const first = this.before[low] as number;
    return low + (index - first) / Math.max(1, (this.before[low + 1] as number) - first);
  }

  /** The first order at or after a day and its fraction; the other way round of `dayOf`. */
  indexAt(day: number): number {
    const whole = Math.floor(day);
    const first = this.before[whole] as number;
    return first + Math.floor((day - whole) * ((this.before[whole + 1] as number) - first));
  }
}

function dayWeights(days: readonly LocalDay[], seed: number): number[] {
  const random = new Random(seed, kinds.demand);
  const trend = trendOf(days.length);
  const weights = days.map((day, i) => {
    const chance = Math.exp(dailyNoise * random.at(i).normal());
    return trend(i) * (weekdayShare[day.weekday] as number) * chance;
  });
  // The peak falls on a Friday and would lift its share; each weekday is brought back to its own, until both hold.
  for (let pass = 0; pass < 3; pass++) {
    setPeaks(days, weights);
    if (days.length >= 28) fitWeekdays(days, weights, trend);
  }
  setPeaks(days, weights);
  return weights;
}

function fitWeekdays(days: readonly LocalDay[], weights: number[], trend: (day: number) => number): void {
  const actual = new Float64Array(7);
  const expected = new Float64Array(7);
  days.forEach(({ weekday }, i) => {
    actual[weekday] = (actual[weekday] as number) + (weights[i] as number);
    expected[weekday] = (expected[weekday] as number) + trend(i) * (weekdayShare[weekday] as number);
  });
  days.forEach(({ weekday }, i) => {
    weights[i] = ((weights[i] as number) * (expected[weekday] as number)) / (actual[weekday] as number);
  });
}

/** Black Friday, the day after the fourth Thursday of November, against the median day of its month. */
function setPeaks(days: readonly LocalDay[], weights: number[]): void {
  days.forEach(({ date, weekday }, i) => {
    const day = Number(date.slice(8));
    if (date.slice(5, 7) !== '11' || weekday !== 4 || day < 23 || day > 29) return;
    const month = weights.filter((_, other) => other !== i && days[other]?.date.startsWith(date.slice(0, 7)));
    month.sort((a, b) => a - b);
    const median = month[month.length >> 1];
    if (median !== undefined) weights[i] = median * peakFactor;
  });
}

/**
 * Orders a day by Olist's curve, as a function of the day's place among `count`. Up to the 608 days of that curve they
 * are its last ones; more days stretch it, since its growth by half a dozen times in a year would not go on.
 */
function trendOf(count: number): (day: number) => number {
  const year = Number(firstMonth.slice(0, 4));
  const startOf = (month: number): number => Date.UTC(year, month, 1) / 86_400_000;
  const anchors = ordersPerMonth.map((orders, month) => {
    const length = startOf(month + 1) - startOf(month);
    const isPeak = new Date(Date.UTC(year, month, 1)).toISOString().startsWith(peak.month);
    const perDay = isPeak ? (orders - peak.orders) / (length - 1) : orders / length;
    return { at: (startOf(month) + startOf(month + 1)) / 2 - startOf(0), log: Math.log(perDay) };
  });
  const whole = startOf(ordersPerMonth.length) - startOf(0);
  const step = count > whole ? whole / count : 1;
  return (day) => {
    const at = whole - (count - day - 0.5) * step;
    const next = anchors.findIndex((anchor) => anchor.at > at);
    // Before the first middle of a month and after the last the nearest piece goes on.
    const right = next === -1 ? anchors.length - 1 : Math.max(1, next);
    const a = anchors[right - 1];
    const b = anchors[right];
    if (!a || !b) throw new Error('the curve has fewer than two months');
    return Math.exp(a.log + ((b.log - a.log) * (at - a.at)) / (b.at - a.at));
  };
}
