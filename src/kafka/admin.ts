import type { Admin } from 'kafkajs';
import { kafkaClient } from './client.ts';
import { explainKafkaError, unreachableError } from './kafka-error.ts';
import { probeKafka } from './probe.ts';
import type { KafkaTarget } from './target.ts';

/** How long a topic that was just made, or whose leader just changed, may be unknown to a broker. */
const settleMs = 15_000;

/**
 * Runs `work` with a connected admin client, again where a broker does not know yet what the controller decided
 * (kafkajs' own retries give up on some of that): it must be idempotent.
 *
 * @throws ShopPipeError `kafka_unreachable` and what else keeps it out.
 */
export async function withAdmin<T>(target: KafkaTarget, work: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafkaClient(target, 'shop-pipe').admin();
  // kafkajs would try again and again where nobody listens, or somebody else.
  const { ready, detail } = await probeKafka(target);
  if (!ready && !/starting|no answer/.test(detail)) throw await unreachableError(target, detail);
  const deadline = Date.now() + settleMs;
  try {
    await admin.connect();
    for (;;) {
      try {
        return await work(admin);
      } catch (error) {
        if (!isUnsettled(error) || Date.now() > deadline) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  } catch (error) {
    throw await explainKafkaError(error, target);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

function isUnsettled(error: unknown): boolean {
  const { name, type } = error as { name?: string; type?: string };
  return (
    name === 'KafkaJSTopicMetadataNotLoaded' ||
    name === 'KafkaJSMetadataNotLoaded' ||
    type === 'UNKNOWN_TOPIC_OR_PARTITION' ||
    type === 'LEADER_NOT_AVAILABLE' ||
    type === 'NOT_LEADER_FOR_PARTITION'
  );
}
