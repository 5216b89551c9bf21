import type { PgTarget } from '../postgres/target.ts';
import type { Question } from '../reports/question.ts';
import { type Card, cardOf } from './cards.ts';
import { type Dashboard, dashboards } from './dashboards.ts';
import { dashcardsOf } from './layout.ts';
import type { ShopSource } from './target.ts';

/** All that an instance is to have. */
export interface Declared {
  database: PgTarget;
  questions: ReadonlyMap<string, Question>;
  cards: readonly Card[];
  dashboards: readonly Dashboard[];
}

/** @throws ShopPipeError where a question cannot be a card, or a dashboard shows one that there is not. */
export function declare({ database, timezone }: ShopSource, questions: readonly Question[]): Declared {
  const byName = new Map(questions.map((question) => [question.name, question]));
  for (const dashboard of dashboards) dashcardsOf(dashboard, byName, new Map());
  return {
    database,
    questions: byName,
    cards: questions.map((question) => cardOf(question, timezone)),
    dashboards,
  };
}
