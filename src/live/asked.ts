import type pg from 'pg';
import type { PgTarget } from '../postgres/target.ts';
import { findQuestion } from '../reports/catalogue.ts';
import { type GivenParameters, parameterValues } from '../reports/parameters.ts';
import { queryError } from '../reports/query-error.ts';
import type { Question } from '../reports/question.ts';
import { askQuestion } from '../reports/run.ts';
import { type Figure, type FigureName, figureNames } from './state.ts';

interface Pace {
  given: GivenParameters;
  /** Least time between two askings. */
  everyMs: number;
  /** It reads more where the shop sells more: see `restPerWork`. */
  grows: boolean;
}

const eachRound = { everyMs: 0, grows: false };
const growing = { everyMs: 0, grows: true };
/** Changes once a day, when the batch has published: no need to look every second. */
const published = { everyMs: 10_000, grows: true };

const asked: Record<FigureName, Pace> = {
  'orders-per-hour': { given: { hours: 48 }, ...eachRound },
  cancellations: { given: { hours: 48 }, ...eachRound },
  'recent-orders': { given: { limit: 20 }, ...eachRound },
  'top-products-today': { given: { limit: 10 }, ...growing },
  'categories-today': { given: { limit: 10 }, ...growing },
  'revenue-today': { given: {}, ...growing },
  'orders-per-category': { given: { limit: 10 }, ...published },
  'daily-revenue': { given: {}, ...published },
};

/** A slow question is asked again after so many times what it took: it costs two percent of the time, however large the shop. */
const restPerWork = 50;
const slowMs = 40;

/** One of the page's questions, asked no more often than it is worth. */
export class Asked {
  readonly name: FigureName;
  readonly #question: Question;
  readonly #values: ReadonlyMap<string, string>;
  readonly #everyMs: number;
  readonly #grows: boolean;
  #dueAt = 0;

  constructor(name: FigureName, question: Question, timezone: string) {
    this.name = name;
    this.#question = question;
    const { given, everyMs, grows } = asked[name];
    const timed = question.parameters.some((parameter) => parameter.name === 'timezone');
    this.#values = parameterValues(question, timed ? { ...given, timezone } : given);
    this.#everyMs = everyMs;
    this.#grows = grows;
  }

  get isDue(): boolean {
    return performance.now() >= this.#dueAt;
  }

  /** After a database that was away: everything anew. */
  forget(): void {
    this.#dueAt = 0;
  }

  /** Asks in the transaction that is open. @throws ShopPipeError as `runReport`. */
  async ask(client: pg.Client, target: PgTarget): Promise<Figure> {
    const started = performance.now();
    try {
      const { title, columns, rows, window } = await askQuestion(client, this.#question, this.#values);
      const took = performance.now() - started;
      const rest = this.#grows && took > slowMs ? took * restPerWork : 0;
      this.#dueAt = started + Math.max(this.#everyMs, rest);
      return {
        title,
        description: this.#question.description,
        columns: columns.map((column) => column.name),
        rows,
        window: window ?? null,
      };
    } catch (error) {
      throw queryError(error, this.#question, target);
    }
  }
}

/** @param folder - the folder of questions. */
export const askedOf = (folder: string, timezone: string): Promise<Asked[]> =>
  Promise.all(figureNames.map(async (name) => new Asked(name, await findQuestion(folder, name), timezone)));
