import type { CopyWriter } from './copy-writer.ts';
import type { Demand } from './demand.ts';
import { Loyalty } from './loyalty.ts';
import * as names from './names.ts';
import type { Parameters } from './parameters.ts';
import { kinds, mix, Random } from './random.ts';
import { RowStream } from './row-stream.ts';
import { Timeline } from './timeline.ts';

/** customer_id, name, email, created_at of every customer, in the order of their first orders. */
export class CustomerRows extends RowStream {
  readonly of: number;
  private readonly seed: number;
  private readonly timeline: Timeline;
  private readonly loyalty: Loyalty;
  private readonly random: Random;
  private readonly id = new Int32Array(4);
  private order = 0;

  constructor(demand: Demand, { orders, seed }: Parameters) {
    super();
    this.seed = seed;
    this.timeline = new Timeline(demand, seed);
    this.loyalty = new Loyalty(demand, seed, orders);
    this.of = this.loyalty.customers;
    this.random = new Random(seed, kinds.customer);
  }

  protected write(out: CopyWriter): void {
    let instant = this.timeline.next();
    while (!this.loyalty.isFirst(this.order++)) instant = this.timeline.next();
    const { done: customer, id } = this;
    mix(this.seed, kinds.customer, customer, id);
    const random = this.random.from(id);
    const first = random.below(names.first.length);
    const last = random.below(names.last.length);
    out.row(4);
    out.uuid(id);
    const name = out.beginText();
    out.append(names.first[first] as Uint8Array);
    out.append(names.space);
    out.append(names.last[last] as Uint8Array);
    out.endText(name);
    const email = out.beginText();
    out.append(names.firstSlugs[first] as Uint8Array);
    out.append(names.dot);
    out.append(names.lastSlugs[last] as Uint8Array);
    out.append(names.dot);
    // The number keeps addresses apart.
    out.hex(customer);
    out.append(names.domain);
    out.endText(email);
    out.instant(instant);
    this.rows++;
  }
}
