import { daysBetweenOrders } from './calibration.ts';
import type { Demand } from './demand.ts';
import { kinds, Random } from './random.ts';

/**
 * Of so many orders in a row one is by a customer who has ordered before. Olist: 3.36 % of the orders, and 3.12 % of
 * the customers order more than once.
 */
const blockOrders = 30;
/** Share of those orders that follow another repeat order, so that some customers come a third and fourth time; fitted to Olist's orders per customer. */
const again = 0.065;

/**
 * Who placed an order. Customers are numbered by their first order and nothing is kept about them: in each block of
 * orders all but one are by new customers, so the numbers follow by arithmetic, and the one order at a drawn place in
 * its block belongs to whoever ordered a drawn number of days before.
 */
export class Loyalty {
  readonly customers: number;
  private readonly demand: Demand;
  private readonly random: Random;
  private readonly other: Random;
  private block = -1;
  private place = 0;

  constructor(demand: Demand, seed: number, orders: number) {
    this.demand = demand;
    this.random = new Random(seed, kinds.block);
    this.other = new Random(seed, kinds.block);
    const whole = Math.floor(orders / blockOrders);
    const rest = orders - whole * blockOrders;
    this.customers = orders - whole - (rest > this.placeIn(whole) ? 1 : 0);
  }

  /** Whether order `index` is its customer's first one. */
  isFirst(index: number): boolean {
    const block = Math.floor(index / blockOrders);
    if (block !== this.block) {
      this.block = block;
      this.place = this.placeIn(block);
    }
    return index - block * blockOrders !== this.place;
  }

  /** The customer's number, 0 … customers-1, who placed order `index`. */
  customerOf(index: number): number {
    if (this.isFirst(index)) return this.newCustomer(index, this.block, this.place);
    let at = index;
    let block = this.block;
    const { random } = this;
    for (;;) {
      random.at(block);
      random.uniform(); // the place
      const earlier = this.earlier(at, random);
      if (random.uniform() < again && block > 0) {
        block = Math.min(Math.floor(earlier / blockOrders), block - 1);
        at = block * blockOrders + this.placeIn(block);
        continue;
      }
      block = Math.floor(earlier / blockOrders);
      const place = this.placeIn(block);
      // A block never begins with its repeat order: the order before one is a first one.
      const first = earlier - block * blockOrders === place ? earlier - 1 : earlier;
      return this.newCustomer(first, block, place);
    }
  }

  private newCustomer(index: number, block: number, place: number): number {
    return index - block - (index - block * blockOrders > place ? 1 : 0);
  }

  private placeIn(block: number): number {
    return 1 + this.other.at(block).below(blockOrders - 1);
  }

  /** An order as many days before order `index` as customers take to come back. */
  private earlier(index: number, random: Random): number {
    const gap = daysAt(random.uniform());
    const chance = random.uniform();
    const day = this.demand.dayOf(index) - gap;
    // Who would have ordered before the shop opened is anyone since.
    return day < 0 ? Math.floor(chance * index) : Math.min(this.demand.indexAt(day), index - 1);
  }
}

function daysAt(share: number): number {
  let i = 1;
  while (i < daysBetweenOrders.length - 1 && (daysBetweenOrders[i]?.[0] ?? 1) <= share) i++;
  const [low, from] = daysBetweenOrders[i - 1] ?? [0, 0];
  const [high, to] = daysBetweenOrders[i] ?? [1, 0];
  return from + ((to - from) * (share - low)) / (high - low);
}
