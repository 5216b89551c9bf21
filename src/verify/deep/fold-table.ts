import type pg from 'pg';
import type { OrderEvent } from '../../events/schema.ts';
import { copyIn } from '../../olist/copy.ts';

/** A temporary table: other sessions don't see it, and a read-only transaction may fill one that is there already. */
const table = 'pg_temp.folded_orders';

/** SQL of the folded states: each order at its newest version, the first message of it. */
export const foldedOrders = `
  select distinct on (order_id)
    order_id, version, customer_id, order_timestamp, status, status_at, product_ids, quantities, prices
  from ${table}
  order by order_id, version desc, partition, "offset"`;

/** How many orders are held in memory before they go to the table: some 20 MB. */
const chunk = 50_000;

/** Folds events by the version guard, as `OrderFold` does, in memory that does not grow with them. */
export class FoldTable {
  readonly #client: pg.Client;
  #newest = new Map<string, { version: number; row: string }>();

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  /** To be made before the session's read-only transaction begins. */
  static async create(client: pg.Client): Promise<FoldTable> {
    await client.query(`
      create temp table folded_orders (
        order_id uuid not null,
        version integer not null,
        partition integer not null,
        "offset" bigint not null,
        customer_id uuid not null,
        order_timestamp timestamptz not null,
        status text not null,
        status_at timestamptz not null,
        product_ids uuid[] not null,
        quantities integer[] not null,
        prices numeric(12, 2)[] not null
      )`);
    return new FoldTable(client);
  }

  /** Events of one partition come in the order of their offsets. */
  async add(event: OrderEvent, partition: number, offset: number): Promise<void> {
    const held = this.#newest.get(event.order_id);
    if (held !== undefined && held.version >= event.version) return;
    this.#newest.set(event.order_id, { version: event.version, row: rowOf(event, partition, offset) });
    if (this.#newest.size >= chunk) await this.#flush();
  }

  /** No more is added: the table can be read. */
  async finish(): Promise<void> {
    await this.#flush();
    await this.#client.query(`analyze ${table}`);
  }

  async #flush(): Promise<void> {
    const rows = [...this.#newest.values()].map(({ row }) => row);
    this.#newest = new Map();
    await copyIn(this.#client, `copy ${table} from stdin`, oneBuffer(Buffer.from(rows.join(''))));
  }
}

async function* oneBuffer(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

/** The schema's patterns leave nothing that the text format would have to escape. */
function rowOf(event: OrderEvent, partition: number, offset: number): string {
  const { order_id, version, customer, order_timestamp, status, event_time } = event;
  // Postgres orders uuids as their text, which is in lower case.
  const lines = event.lines.toSorted((a, b) => (a.product_id < b.product_id ? -1 : 1));
  const array = (of: (line: OrderEvent['lines'][number]) => string | number): string =>
    `{${lines.map(of).join()}}`;
  return `${[
    order_id,
    version,
    partition,
    offset,
    customer.id,
    order_timestamp,
    status,
    event_time,
    array((line) => line.product_id),
    array((line) => line.quantity),
    array((line) => line.price),
  ].join('\t')}\n`;
}
