import { setTimeout as delay } from 'node:timers/promises';
import { ShopPipeError } from '../errors.ts';
import { ordersTopic } from '../kafka/orders-topic.ts';
import type { KafkaTarget } from '../kafka/target.ts';
import { readTopicOffsets, type TopicOffsets } from '../stream/topic-offsets.ts';

const everyMs = 3_000;

/** What Kafka was last known to say of the topic: its offsets, or why they are not known. */
export type TopicLook = { topic: TopicOffsets; trouble?: never } | { topic?: never; trouble: ShopPipeError };

/** Asks Kafka beside the rounds, so that a broker that hangs keeps no figure back. */
export class TopicWatch {
  readonly #target: KafkaTarget;
  /** Null before the first answer. */
  last: TopicLook | null = null;

  constructor(target: KafkaTarget) {
    this.#target = target;
  }

  /** Returns when `signal` fires. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.last = await this.#look();
      await delay(everyMs, undefined, { signal }).catch(() => undefined);
    }
  }

  async #look(): Promise<TopicLook> {
    try {
      return { topic: await readTopicOffsets(this.#target, ordersTopic) };
    } catch (error) {
      if (error instanceof ShopPipeError) return { trouble: error };
      return {
        trouble: new ShopPipeError('environment', 'kafka_unreachable', String(error), { cause: error }),
      };
    }
  }
}
