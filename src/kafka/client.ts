import kafkajs, { type Kafka, type KafkaConfig, type SASLOptions } from 'kafkajs';
import { trusting } from './certificate.ts';
import type { KafkaTarget } from './target.ts';

/**
 * A kafkajs client of one cluster. It prints nothing: what goes wrong is in the errors that its calls throw (see
 * `kafkaError`). A call tries for some ten seconds by default; a producer that is to outlast a broker's recovery passes
 * its own `retry` to `producer()`.
 *
 * @param name shown in the broker's logs and quotas.
 * @throws ShopPipeError `kafka_ca_unreadable`.
 */
export function kafkaClient(target: KafkaTarget, name: string): Kafka {
  const config: KafkaConfig = {
    clientId: name,
    brokers: target.brokers,
    logLevel: kafkajs.logLevel.NOTHING,
    connectionTimeout: 3_000,
    authenticationTimeout: 10_000,
    requestTimeout: 30_000,
    retry: { initialRetryTime: 200, maxRetryTime: 3_000, retries: 5 },
  };
  if (target.security.endsWith('SSL')) config.ssl = target.ca === null ? true : trusting(target.ca);
  if (target.sasl !== null) config.sasl = { ...target.sasl } as SASLOptions;
  // The package is CommonJS: named imports of its values are undefined under ESM.
  return new kafkajs.Kafka(config);
}
