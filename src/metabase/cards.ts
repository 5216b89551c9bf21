import type { Question } from '../reports/question.ts';
import type { CardAnswer } from './answers.ts';
import { type Difference, differences } from './difference.ts';
import { marked } from './marks.ts';
import { type CardParameter, cardParameters, type NativeQuery, nativeQuery } from './native-query.ts';
import { visualization } from './visualization.ts';

/** A question as a card is to be. */
export interface Card {
  /** Name of the question, by which it is found again. */
  key: string;
  name: string;
  description: string;
  display: string;
  native: NativeQuery;
  parameters: CardParameter[];
  visualization: Record<string, unknown>;
}

/** Where a card lies, and what it asks; null for what is not made yet. */
export interface Home {
  databaseId: number | null;
  collectionId: number | null;
}

/** @throws ShopPipeError `question_invalid` */
export function cardOf(question: Question, timezone: string): Card {
  const native = nativeQuery(question, timezone);
  return {
    key: question.name,
    name: question.title,
    description: marked(question.description, 'card', question.name),
    display: question.display,
    native,
    parameters: cardParameters(native),
    visualization: visualization(question),
  };
}

/** What Metabase is sent to make or mend it. */
export const cardBody = (card: Card, { databaseId, collectionId }: Home): object => ({
  name: card.name,
  type: 'question',
  display: card.display,
  collection_id: collectionId,
  description: card.description,
  // Legacy MBQL, which every version takes.
  dataset_query: { type: 'native', database: databaseId, native: card.native },
  parameters: card.parameters,
  visualization_settings: card.visualization,
});

export function cardDifferences(card: Card, found: CardAnswer, home: Home): Difference[] {
  const { native, database } = found.dataset_query;
  return differences({
    name: [found.name, card.name],
    description: [found.description, card.description],
    display: [found.display, card.display],
    collection: [found.collection_id, home.collectionId ?? 'new'],
    connection: [database, home.databaseId ?? 'new'],
    sql: [native['query'], card.native.query],
    variables: [tagsAsDeclared(native['template-tags'], card.native), card.native['template-tags']],
    // Metabase derives them from the variables: they are there, or not.
    parameters: [ids(found.parameters ?? []), ids(card.parameters)],
    settings: [found.visualization_settings, card.visualization],
  });
}

const ids = (parameters: readonly { id?: unknown }[]): string[] =>
  parameters.map(({ id }) => String(id)).toSorted((a, b) => (a < b ? -1 : 1));

/** What is found of the fields that are declared; a newer server may add some, and keep a default as a list. */
function tagsAsDeclared(found: unknown, { 'template-tags': declared }: NativeQuery): unknown {
  const tags = Object.entries((found ?? {}) as Record<string, Record<string, unknown>>);
  return Object.fromEntries(
    tags.map(([name, tag]) => {
      const wanted = ['default', 'required', ...Object.keys(declared[name] ?? tag)];
      const fields = Object.entries(tag).filter(
        ([field, value]) => wanted.includes(field) && value !== null && value !== false,
      );
      const plain = fields.map(([field, value]) => [
        field,
        field === 'default' ? String(Array.isArray(value) ? value[0] : value) : value,
      ]);
      return [name, Object.fromEntries(plain)];
    }),
  );
}
