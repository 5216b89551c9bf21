import type { LocalClock } from '../local-clock.ts';
import { Catalogue } from './catalogue.ts';
import { CustomerRows } from './customer-rows.ts';
import { Demand } from './demand.ts';
import { LiveRows } from './live-rows.ts';
import { OrderRows } from './order-rows.ts';
import type { Parameters } from './parameters.ts';
import { ProductRows } from './product-rows.ts';
import type { RowStream } from './row-stream.ts';

/** Columns of the streams, in their order. */
export const columns = {
  customers: ['customer_id', 'name', 'email', 'created_at'],
  products: ['product_id', 'name', 'category', 'price'],
  orders: ['order_id', 'product_id', 'customer_id', 'quantity', 'price', 'order_timestamp', 'status'],
  dailyProductSales: ['order_date', 'product_id', 'orders', 'units', 'revenue', 'cancellations'],
  hourlySales: ['order_hour', 'orders', 'units', 'revenue', 'cancellations', 'canceled_revenue'],
} as const;

/**
 * A shop of Olist's shape at any size. Everything is a function of the parameters; no order, customer or event is kept,
 * so memory is that of the catalogue and of the days, whatever the number of orders.
 */
export class SyntheticShop {
  readonly parameters: Parameters;
  readonly catalogue: Catalogue;
  readonly demand: Demand;

  constructor(parameters: Parameters) {
    this.parameters = parameters;
    this.demand = new Demand(parameters);
    this.catalogue = new Catalogue(parameters.orders, parameters.seed);
  }

  customers(): RowStream {
    return new CustomerRows(this.demand, this.parameters);
  }

  products(): RowStream {
    return new ProductRows(this.catalogue, this.parameters.seed);
  }

  orders(): RowStream {
    return new OrderRows(this.demand, this.catalogue, this.parameters);
  }

  live(clock: LocalClock): LiveRows {
    return new LiveRows(this, clock);
  }

  /** From the first day's first instant to the last one's last, seconds since 1970. */
  get span(): readonly [first: number, last: number] {
    const { days } = this.demand;
    const first = days[0];
    const last = days.at(-1);
    if (!first || !last) throw new Error('a shop has at least one day');
    return [first.start, last.start + last.hours.length * 3600];
  }
}
