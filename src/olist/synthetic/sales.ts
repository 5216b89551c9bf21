import { statusShare } from './calibration.ts';
import type { Orders } from './orders.ts';

/** A line counts as a sale unless its order has one of these, as in `live.hourly_sales_of_orders`. */
const noSale = ['canceled', 'unavailable'];
const isSale = statusShare.map(([status]) => !noSale.includes(status));
const isCanceled = statusShare.map(([status]) => status === 'canceled');

/** What a row of `live.hourly_sales` or `live.daily_product_sales` says; money in cents. */
export class Sales {
  orders = 0;
  units = 0;
  revenue = 0;
  cancellations = 0;
  canceledRevenue = 0;

  /** An order, of which `units` for `cents` altogether belong here. */
  add({ status }: Orders, units: number, cents: number): void {
    this.orders++;
    if (isSale[status]) {
      this.units += units;
      this.revenue += cents;
    }
    if (isCanceled[status]) {
      this.cancellations++;
      this.canceledRevenue += cents;
    }
  }
}
