import { AliasTable } from './alias-table.ts';
import { linesPerOrder, statusShare, unitsPerLine } from './calibration.ts';
import type { Catalogue } from './catalogue.ts';
import type { CopyWriter } from './copy-writer.ts';
import type { Demand } from './demand.ts';
import { Loyalty } from './loyalty.ts';
import type { Parameters } from './parameters.ts';
import { kinds, mix, Random } from './random.ts';
import { RowStream } from './row-stream.ts';
import { Timeline } from './timeline.ts';

/** order_id, product_id, customer_id, quantity, price, order_timestamp, status of every line, in the order of time. */
export class OrderRows extends RowStream {
  readonly of: number;
  private readonly seed: number;
  private readonly timeline: Timeline;
  private readonly loyalty: Loyalty;
  private readonly catalogue: Catalogue;
  private readonly random: Random;
  private readonly orderId = new Int32Array(4);
  private readonly customerId = new Int32Array(4);
  private readonly productId = new Int32Array(4);
  private readonly products = new Int32Array(Math.max(...linesPerOrder.map(([lines]) => lines)));
  private readonly lines = new AliasTable(linesPerOrder.map(([, orders]) => orders));
  private readonly lineCounts = linesPerOrder.map(([lines]) => lines);
  private readonly units = new AliasTable(unitsPerLine.map(([, lines]) => lines));
  private readonly unitCounts = unitsPerLine.map(([units]) => units);
  private readonly status = new AliasTable(statusShare.map(([, share]) => share));
  private readonly statuses = statusShare.map(([status]) => Buffer.from(status));

  constructor(demand: Demand, catalogue: Catalogue, { orders, seed }: Parameters) {
    super();
    this.of = orders;
    this.seed = seed;
    this.timeline = new Timeline(demand, seed);
    this.loyalty = new Loyalty(demand, seed, orders);
    this.catalogue = catalogue;
    this.random = new Random(seed, kinds.order);
  }

  protected write(out: CopyWriter): void {
    const { catalogue, done: order, orderId, productId, products } = this;
    const instant = this.timeline.next();
    mix(this.seed, kinds.order, order, orderId);
    mix(this.seed, kinds.customer, this.loyalty.customerOf(order), this.customerId);
    const random = this.random.from(orderId);
    const status = this.statuses[this.status.draw(random)] as Uint8Array;
    const lines = this.lineCounts[this.lines.draw(random)] as number;
    for (let line = 0; line < lines; line++) {
      let product = catalogue.sales.draw(random);
      // One order names a product once: how many of it is the quantity.
      while (isAmong(product, products, line)) product = catalogue.sales.draw(random);
      products[line] = product;
      mix(this.seed, kinds.product, product, productId);
      out.row(7);
      out.uuid(orderId);
      out.uuid(productId);
      out.uuid(this.customerId);
      out.int4(this.unitCounts[this.units.draw(random)] as number);
      out.cents(catalogue.cents[product] as number);
      out.instant(instant);
      out.text(status);
    }
    this.rows += lines;
  }
}

function isAmong(value: number, values: Int32Array, count: number): boolean {
  for (let i = 0; i < count; i++) if (values[i] === value) return true;
  return false;
}
