import { inStep } from '../progress.ts';
import { queryAnswer } from './answers.ts';
import type { MetabaseClient } from './client.ts';
import { isMissing, MetabaseRefusal } from './client-error.ts';
import { oneLine } from './detail.ts';
import type { Item } from './plan.ts';

/** How the query of a card went. */
export interface CardTest {
  question: string;
  name: string;
  id: number;
  ok: boolean;
  rows: number;
  /** As Metabase measured it. */
  ms: number;
  /** What the database said, on one line; null where ok. */
  error: string | null;
}

/** Asks each card's question through Metabase. A failed query has status 202 as well: what its document says counts. */
export async function smokeTest(client: MetabaseClient, items: readonly Item[]): Promise<CardTest[]> {
  const cards = items.filter(
    (item): item is Item & { id: number } => item.kind === 'card' && item.id !== null,
  );
  if (cards.length === 0) return [];
  return inStep(
    client.progress,
    'asking the cards',
    async (step) => {
      const tests: CardTest[] = [];
      for (const card of cards) {
        step.advance(0, card.name);
        tests.push(await testOf(client, card));
      }
      return tests;
    },
    (tests) => `${tests.filter(({ ok }) => ok).length} of ${tests.length} answer`,
  );
}

async function testOf(client: MetabaseClient, { key, name, id }: Item & { id: number }): Promise<CardTest> {
  const test = (fields: Pick<CardTest, 'ok' | 'rows' | 'ms' | 'error'>): CardTest => ({
    question: key,
    name,
    id,
    ...fields,
  });
  try {
    // Without values: Metabase would remember them for this user.
    const query = { ignore_cache: true, parameters: [] };
    const {
      status,
      error,
      row_count: rows,
      running_time: ms,
    } = await client.send('POST', ['card', id, 'query'], queryAnswer, query);
    const ok = status === 'completed';
    return test({ ok, rows, ms, error: ok ? null : oneLine(error ?? status).replace(/ Position: \d+$/, '') });
  } catch (error) {
    if (!(error instanceof MetabaseRefusal) || (!isMissing(error) && error.code !== 'metabase_error'))
      throw error;
    const said = isMissing(error) ? 'it was deleted meanwhile' : error.detail;
    return test({ ok: false, rows: 0, ms: 0, error: said });
  }
}
