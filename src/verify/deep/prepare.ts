import type pg from 'pg';
import type { KafkaTarget } from '../../kafka/target.ts';
import type { Progress } from '../../progress.ts';
import type { Check } from '../check.ts';
import { type Asked, type AskedTopic, isAsked, ledgerKafkaCheck } from '../stream/kafka.ts';
import type { DeepFinding } from './deep.ts';

/** Folds the messages of the streams again, within the session's snapshot. */
export type DeepWork = (asked: readonly Asked[]) => Promise<{ checks: Check[]; deep: DeepFinding | null }>;

/** What has to be done before the session's read-only transaction: it may fill a temporary table, not make one. */
export async function prepareDeep(
  client: pg.Client,
  context: { kafka?: KafkaTarget | undefined; progress: Progress; signal?: AbortSignal | undefined },
): Promise<DeepWork> {
  const { kafka, progress, signal } = context;
  const { FoldTable } = await import('./fold-table.ts');
  const fold = await FoldTable.create(client);
  return async (all) => {
    const asked = all.filter(isAsked);
    if (kafka === undefined || asked.length === 0) return { checks: [], deep: null };
    const other = asked.filter(isOther);
    // Messages of another topic would differ in everything: one finding is enough.
    if (other.length > 0)
      return { checks: [{ ...ledgerKafkaCheck(other), name: 'deep_messages' }], deep: null };
    const { foldAgain } = await import('./deep.ts');
    return foldAgain({ client, fold, kafka, asked, progress, signal });
  };
}

const isOther = ({ books, topic }: AskedTopic): boolean =>
  topic === 'missing' || topic.topic_id !== books.topic_id || topic.cluster_id !== books.cluster_id;
