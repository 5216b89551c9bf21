import type pg from 'pg';
import type { PgTarget } from '../postgres/target.ts';
import type { Progress } from '../progress.ts';

export interface SeedContext {
  owner: PgTarget;
  /** IANA zone of the business day: the days in `ops.changed_days` are local days of it. */
  timezone: string;
  progress: Progress;
  signal?: AbortSignal | undefined;
  /** Milliseconds to wait for another seed to end, and for locks on the tables. */
  lockWaitMs?: number | undefined;
}

export interface ShopRows {
  customers: number;
  products: number;
  orders: number;
}

export interface SeedResult {
  dataset: string;
  /** False when every row was there already: then nothing at all was written. */
  changed: boolean;
  /** Rows that the dataset has, whether this run inserted them or an earlier one. */
  rows: ShopRows;
  /** Input that was refused, by reason; it is kept in `ops.rejects`. */
  rejected: Record<string, number>;
  seconds: number;
}

/** Qualified names of the tables to write to: those of `shop`, or temporary ones shaped like them. */
export interface ShopTables {
  customers: string;
  products: string;
  orders: string;
}

/** What a session lends a source: the connection that holds the seed lock, and more that end with it. */
export interface SeedSession {
  readonly client: pg.Client;
  /** A second connection; closed when the seed ends, terminated when it is interrupted. */
  open(name: string): Promise<pg.Client>;
  /** From here on an interrupt waits: the commit is under way, and takes milliseconds. */
  beforeCommit(): void;
}

/** A dataset in the shape that `loadShop` asks for. */
export interface ShopSource {
  dataset: string;
  /** SHA-256 in hex that names the input. Asked for as late as possible: computing it may mean reading everything. */
  digest(): Promise<string>;
  /** Brings raw input into `seed_stage`, before the transaction; not called when there is nothing to do. */
  stage?(session: SeedSession): Promise<void>;
  /**
   * Writes all customers, products and orders of the dataset into the given empty tables, inside the open transaction;
   * returns how many. The tables have no keys, checks or indexes (those of `shop` come back afterwards) and were
   * truncated in this transaction, so `copy … with (format binary, freeze)` is allowed for `shop.*`, not for
   * temporary ones. Name the columns: those not given take their defaults.
   * What it refuses goes to the temporary table `seed_rejects (source, position, reason, payload bytea)`.
   */
  fill(client: pg.Client, into: ShopTables): Promise<ShopRows>;
  /**
   * Writes what `live.hourly_sales` and `live.daily_product_sales` have to be of the rows that `fill` wrote into `shop`;
   * the same terms. A source that does not know it has it computed from the orders.
   */
  fillLive?(client: pg.Client): Promise<void>;
}
