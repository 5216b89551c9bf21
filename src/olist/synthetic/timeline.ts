import { weekdayHourShare } from './calibration.ts';
import type { Demand } from './demand.ts';
import { kinds, Random } from './random.ts';

/** Keeps a share that rounds to 1 inside the day's last hour. */
const almostAll = 1 - 2 ** -40;

/**
 * The instants of all orders, in order, without a list of them. The gaps of n sorted uniform numbers can be drawn one
 * after the other (Rényi: gaps of sorted exponentials are exponential with rates n, n-1, …), and a day's numbers become
 * instants by the hours of its weekday. A day depends on nothing but seed and day.
 */
export class Timeline {
  private readonly demand: Demand;
  private readonly random: Random;
  private day = -1;
  private left = 0;
  /** Minus the logarithm of the part of the day's orders that is still to come. */
  private hazard = 0;
  private hour = 0;
  private start = 0;
  /** Share of the day's orders before each of its hours, and 1 at the end. */
  private readonly shares = new Float64Array(27);

  constructor(demand: Demand, seed: number) {
    this.demand = demand;
    this.random = new Random(seed, kinds.day);
  }

  /** Seconds since 1970 of the next order; called once for each of them. */
  next(): number {
    while (this.left === 0) this.nextDay();
    this.hazard -= Math.log(1 - this.random.uniform()) / this.left--;
    const share = Math.min(1 - Math.exp(-this.hazard), almostAll);
    const { shares } = this;
    while (share >= (shares[this.hour + 1] as number)) this.hour++;
    const low = shares[this.hour] as number;
    const within = (share - low) / ((shares[this.hour + 1] as number) - low);
    return this.start + this.hour * 3600 + Math.floor(within * 3600);
  }

  private nextDay(): void {
    const { before, days } = this.demand;
    this.day++;
    const day = days[this.day];
    if (!day) throw new RangeError('asked for more instants than there are orders');
    this.left = (before[this.day + 1] as number) - (before[this.day] as number);
    this.hazard = 0;
    this.hour = 0;
    this.start = day.start;
    this.random.at(this.day);
    const weights = weekdayHourShare[day.weekday] as readonly number[];
    // An hour that the clock shows twice has its orders spread over both.
    const each = day.hours.map(
      (hour) => (weights[hour] as number) / day.hours.filter((h) => h === hour).length,
    );
    const total = each.reduce((sum, weight) => sum + weight, 0);
    let sum = 0;
    each.forEach((weight, hour) => {
      this.shares[hour] = sum / total;
      sum += weight;
    });
    this.shares[each.length] = 1;
  }
}
