import { statusShare } from './calibration.ts';
import type { Catalogue } from './catalogue.ts';
import type { CopyWriter } from './copy-writer.ts';
import type { Demand } from './demand.ts';
import { Loyalty } from './loyalty.ts';
import { Orders } from './orders.ts';
import type { Parameters } from './parameters.ts';
import { kinds, mix } from './random.ts';
import { RowStream } from './row-stream.ts';

/** order_id, product_id, customer_id, quantity, price, order_timestamp, status of every line, in the order of time. */
export class OrderRows extends RowStream {
  readonly of: number;
  private readonly seed: number;
  private readonly orders: Orders;
  private readonly loyalty: Loyalty;
  private readonly catalogue: Catalogue;
  private readonly customerId = new Int32Array(4);
  private readonly productId = new Int32Array(4);
  private readonly statuses = statusShare.map(([status]) => Buffer.from(status));

  constructor(demand: Demand, catalogue: Catalogue, parameters: Parameters) {
    super();
    this.of = parameters.orders;
    this.seed = parameters.seed;
    this.orders = new Orders(demand, catalogue, parameters);
    this.loyalty = new Loyalty(demand, parameters.seed, parameters.orders);
    this.catalogue = catalogue;
  }

  protected write(out: CopyWriter): void {
    const { catalogue, orders, productId } = this;
    orders.next();
    mix(this.seed, kinds.customer, this.loyalty.customerOf(this.done), this.customerId);
    const status = this.statuses[orders.status] as Uint8Array;
    for (let line = 0; line < orders.lines; line++) {
      const product = orders.products[line] as number;
      mix(this.seed, kinds.product, product, productId);
      out.row(7);
      out.uuid(orders.id);
      out.uuid(productId);
      out.uuid(this.customerId);
      out.int4(orders.units[line] as number);
      out.cents(catalogue.cents[product] as number);
      out.instant(orders.instant);
      out.text(status);
    }
    this.rows += orders.lines;
  }
}
