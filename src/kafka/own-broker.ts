import { brokerAddress, type KafkaTarget } from './target.ts';

const loopback = new Set(['127.0.0.1', 'localhost', '::1']);

/** Why the broker that `.env` names cannot be one that shop-pipe runs itself; null where it can. */
export function notOurBroker({ brokers, security }: KafkaTarget): string | null {
  if (brokers.length > 1) return `KAFKA_BROKERS names ${brokers.length} brokers`;
  const { host } = brokerAddress(brokers[0] ?? '');
  if (!loopback.has(host)) return `KAFKA_BROKERS names ${host}, which is not this machine's loopback`;
  return security === 'PLAINTEXT' ? null : `KAFKA_SECURITY_PROTOCOL is ${security}`;
}
