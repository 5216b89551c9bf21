import type { Random } from '../olist/synthetic/random.ts';
import { Baskets } from './baskets.ts';
import type { Catalogue } from './catalogue.ts';
import { type EventSource, eventTypeOf, type ProducedEvent, type Status, statuses } from './event.ts';
import { drawPath, drawStep, olistCanceledShare } from './life-cycle.ts';
import { type LiveOrder, LiveOrders } from './live-orders.ts';
import { newCustomer } from './new-customer.ts';
import { drawUuid, streamOf } from './streams.ts';

export interface GeneratorOptions {
  catalogue: Catalogue;
  /** 0 … 2^53-1. */
  seed: number;
  /**
   * When the run begins, ms since 1970: `--start-time`, or else the clock. Ids depend on it, so that two runs with one
   * seed are two sets of orders.
   */
  startTime: number;
  /** Which of how many producers this one is; each makes its own orders. Default `{ index: 0, count: 1 }`. */
  shard?: { index: number; count: number } | undefined;
  /** Share of orders that end canceled. Default: Olist's 0.0063. */
  canceledShare?: number | undefined;
  /** Share of orders by a customer that the shop doesn't know yet. Default 0.05. */
  newCustomerShare?: number | undefined;
  /** Most orders that are under way at a time, over all shards; each takes some 700 bytes. Default 50,000. */
  liveOrders?: number | undefined;
}

/**
 * The clean stream of one shard.
 *
 * What is reproducible: which orders are made and in which order their events come, with customers, lines and versions,
 * follows from seed, catalogue and shard alone; ids (of events, orders, new customers) from the start time as well. So
 * the same four give the same (key, version, type, lines) at any rate, and the first n events of a longer run are those
 * of a shorter one. Times are those that the caller passes: from `simulatedTime` they are reproducible too, and with
 * them every byte; from the wall clock they are not.
 */
export interface OrderGenerator extends EventSource {
  /** Orders under way: made, and in no final state. */
  readonly live: number;
}

export const createGenerator = (options: GeneratorOptions): OrderGenerator => new Generator(options);

class Generator implements OrderGenerator {
  private readonly customers: Catalogue['customers'];
  private readonly baskets: Baskets;
  private readonly content: Random;
  private readonly ids: Random;
  private readonly canceledShare: number;
  private readonly newCustomerShare: number;
  private readonly liveOrders: number;
  private readonly orders = new LiveOrders();
  private made = 0;
  private now = Number.NEGATIVE_INFINITY;
  private time = '';

  constructor(options: GeneratorOptions) {
    const { catalogue, seed, startTime, shard = { index: 0, count: 1 } } = options;
    this.customers = catalogue.customers;
    this.baskets = new Baskets(catalogue.products);
    const root = [seed, catalogue.digest, shard.index, shard.count];
    this.content = streamOf('content', ...root);
    this.ids = streamOf('ids', ...root, startTime);
    this.canceledShare = options.canceledShare ?? olistCanceledShare;
    this.newCustomerShare = options.newCustomerShare ?? 0.05;
    this.liveOrders = Math.max(1, Math.floor((options.liveOrders ?? 50_000) / shard.count));
  }

  get live(): number {
    return this.orders.size;
  }

  next(now: number): ProducedEvent {
    if (now > this.now) {
      this.now = now;
      this.time = new Date(now).toISOString();
    }
    this.made++;
    const first = this.orders.first();
    return first !== undefined && (first.due <= this.made || this.orders.size >= this.liveOrders)
      ? this.step(first)
      : this.create();
  }

  private create(): ProducedEvent {
    const { content, ids, time } = this;
    const id = drawUuid(ids);
    const customer =
      content.uniform() < this.newCustomerShare
        ? newCustomer(content, ids, time)
        : (this.customers[content.below(this.customers.length)] as string);
    const { json, lines } = this.baskets.draw(content);
    // join makes one flat string; a chain of + would stay a tree of its parts, three times the size, for the order's life.
    const tail = [
      id,
      '","order_timestamp":"',
      time,
      '","customer":',
      customer,
      ',"lines":[',
      json,
      ']}',
    ].join('');
    const key = tail.slice(0, id.length);
    const order = { key, path: drawPath(content, this.canceledShare), version: 0, due: 0, tail, lines };
    const event = this.emit(order);
    order.due = this.made + drawStep(content, this.made, this.liveOrders);
    this.orders.add(order);
    return event;
  }

  /** The next step of the order that is due first. */
  private step(order: LiveOrder): ProducedEvent {
    const event = this.emit(order);
    if (order.version === order.path.length) {
      this.orders.removeFirst();
    } else {
      order.due = this.made + drawStep(this.content, this.made, this.liveOrders);
      this.orders.postponeFirst();
    }
    return event;
  }

  private emit(order: LiveOrder): ProducedEvent {
    const { key, lines } = order;
    const status = order.path[order.version++] as Status;
    const { version } = order;
    const { type, head, middle } = templates[status];
    const id = drawUuid(this.ids);
    const value = Buffer.from(
      `{"event_id":"${id}${head}${version},"event_time":"${this.time}${middle}${order.tail}`,
    );
    return { key, value, version, type, lines, dirty: undefined };
  }
}

const templates = Object.fromEntries(
  statuses.map((status) => {
    const type = eventTypeOf(status);
    const head = `","event_type":"${type}","version":`;
    return [status, { type, head, middle: `","status":"${status}","order_id":"` }];
  }),
) as Record<Status, { type: ReturnType<typeof eventTypeOf>; head: string; middle: string }>;
