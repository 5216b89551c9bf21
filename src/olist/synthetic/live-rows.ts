import type { LocalClock } from '../local-clock.ts';
import type { Catalogue } from './catalogue.ts';
import { CopyWriter } from './copy-writer.ts';
import { Orders } from './orders.ts';
import { kinds, mix } from './random.ts';
import { Sales } from './sales.ts';
import type { SyntheticShop } from './shop.ts';

/** A day is written when orders of the next but one come: where a clock is set back over midnight, one comes twice. */
const daysOpen = 2;

/**
 * order_date, product_id, orders, units, revenue, cancellations of the shop's orders per business day and product, made
 * from the orders once more, so that no more than two days of them are kept; on the way what the hours have.
 */
export class LiveRows implements AsyncIterable<Buffer> {
  /** Orders so far. */
  done = 0;
  /** How many of them there will be. */
  readonly of: number;
  /** By the hour's first instant, seconds since 1970; whole when the rows are. */
  private readonly hours = new Map<number, Sales>();
  private readonly orders: Orders;
  private readonly catalogue: Catalogue;
  private readonly seed: number;
  private readonly clock: LocalClock;
  private readonly days = new Map<number, Map<number, Sales>>();
  private readonly productId = new Int32Array(4);

  constructor(shop: SyntheticShop, clock: LocalClock) {
    this.of = shop.parameters.orders;
    this.seed = shop.parameters.seed;
    this.catalogue = shop.catalogue;
    this.orders = new Orders(shop.demand, shop.catalogue, shop.parameters);
    this.clock = clock;
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Buffer> {
    const out = new CopyWriter();
    for (let newest = Number.NEGATIVE_INFINITY; this.done < this.of; this.done++) {
      const today = this.count();
      if (today <= newest) continue;
      newest = today;
      for (const day of this.days.keys()) if (day <= today - daysOpen) yield* this.write(day, out);
    }
    for (const day of this.days.keys()) yield* this.write(day, out);
    yield out.end();
  }

  /** order_hour, orders, units, revenue, cancellations, canceled_revenue; to be read after the days. */
  async *hourly(): AsyncGenerator<Buffer> {
    const out = new CopyWriter();
    for (const [hour, sales] of this.hours) {
      out.row(6);
      out.instant(hour);
      writeSales(sales, out);
      out.money(sales.canceledRevenue);
      if (out.full) yield out.take();
    }
    yield out.end();
  }

  /** Takes the next order in; returns its day. */
  private count(): number {
    const { catalogue, clock, orders } = this;
    orders.next();
    clock.set(orders.instant);
    const products = held(this.days, clock.day, () => new Map<number, Sales>());
    let units = 0;
    let revenue = 0;
    for (let line = 0; line < orders.lines; line++) {
      const product = orders.products[line] as number;
      const quantity = orders.units[line] as number;
      const cents = quantity * (catalogue.cents[product] as number);
      held(products, product, () => new Sales()).add(orders, quantity, cents);
      units += quantity;
      revenue += cents;
    }
    held(this.hours, clock.hour, () => new Sales()).add(orders, units, revenue);
    return clock.day;
  }

  private *write(day: number, out: CopyWriter): Generator<Buffer> {
    for (const [product, sales] of this.days.get(day) ?? []) {
      mix(this.seed, kinds.product, product, this.productId);
      out.row(6);
      out.date(day);
      out.uuid(this.productId);
      writeSales(sales, out);
      if (out.full) yield out.take();
    }
    this.days.delete(day);
  }
}

/** The columns that hours and days have alike. */
function writeSales(sales: Sales, out: CopyWriter): void {
  out.int8(sales.orders);
  out.int8(sales.units);
  out.money(sales.revenue);
  out.int8(sales.cancellations);
}

function held<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
