import type pg from 'pg';
import { environmentError, ShopPipeError } from '../errors.ts';
import { connect, inTransaction } from '../postgres/connection.ts';
import type { PgTarget } from '../postgres/target.ts';
import { oneSnapshot } from '../reports/run.ts';
import { inBooks } from '../stream/books-error.ts';
import type { Asked } from './asked.ts';
import { type Books, BooksReader } from './books.ts';
import type { Figure, FigureName } from './state.ts';

/** All that one round learnt; figures that were not due are missing. */
export interface Look {
  figures: Partial<Record<FigureName, Figure>>;
  books: Books;
}

/** More than this would hold the page up; the figures it would have had are asked for again a round later. */
const statementMs = 5_000;
const connectMs = 5_000;

/** Asks the database on one connection, which is kept between rounds. */
export class Looker {
  readonly #target: PgTarget;
  readonly #asked: readonly Asked[];
  #client: pg.Client | null = null;
  #books = new BooksReader();

  constructor(target: PgTarget, asked: readonly Asked[]) {
    this.#target = target;
    this.#asked = asked;
  }

  /** One round, in one snapshot. @throws ShopPipeError of kind `environment`; the next round connects anew. */
  async look(): Promise<Look> {
    try {
      const client = (this.#client ??= await this.#connect());
      return await inBooks(this.#target, () => inTransaction(client, () => this.#round(client), oneSnapshot));
    } catch (error) {
      await this.close();
      for (const question of this.#asked) question.forget();
      if (error instanceof ShopPipeError) throw error;
      throw environmentError('live_failed', `cannot read the figures: ${messageOf(error)}`, {
        suggestion: 'shop-pipe status',
        cause: error,
      });
    }
  }

  async #connect(): Promise<pg.Client> {
    const client = await connect(this.#target, { name: 'live', timeoutMs: connectMs });
    await client.query(`set statement_timeout = ${statementMs}`);
    return client;
  }

  async #round(client: pg.Client): Promise<Look> {
    const figures: Look['figures'] = {};
    for (const question of this.#asked)
      if (question.isDue) figures[question.name] = await question.ask(client, this.#target);
    return { figures, books: await this.#books.read(client) };
  }

  /** Nobody looks any more, or the connection is of no use. */
  async close(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    this.#books = new BooksReader();
    await client?.end().catch(() => undefined);
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
