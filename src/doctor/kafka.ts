import type { Config } from '../config/config.ts';
import { ShopPipeError } from '../errors.ts';
import { ordersTopic } from '../kafka/orders-topic.ts';
import { notOurBroker } from '../kafka/own-broker.ts';
import { brokerAddress } from '../kafka/target.ts';
import type { ServiceState } from '../runtime/service.ts';
import { type Finding, ok, problem, warning } from './finding.ts';
import { checkIdle } from './idle.ts';

/** The broker that is to be started, or the cluster that runs: whether it lets us in and has the topic. */
export async function checkKafka(
  config: Config,
  state: ServiceState | undefined,
  version: string | null,
): Promise<Finding> {
  const { target } = config.kafka;
  const elsewhere = state === 'stopped' ? notOurBroker(target) : null;
  if (elsewhere !== null)
    return problem(
      'kafka',
      `${elsewhere}, but shop-pipe is to run it itself`,
      'for a cluster that runs already set SHOP_PIPE_EXTERNAL=kafka in .env',
    );
  const listen = { ...brokerAddress(target.brokers[0] ?? ''), variable: 'KAFKA_BROKERS' };
  const idle = await checkIdle('kafka', state, listen);
  if (idle) return idle;
  const { withAdmin } = await import('../kafka/admin.ts');
  try {
    const topics = await withAdmin(target, (admin) => admin.listTopics());
    const said = `${version === null ? '' : `${version} `}at ${target.brokers.join(', ')}`;
    return topics.includes(ordersTopic)
      ? ok('kafka', said)
      : warning('kafka', `${said}; it has no topic ${ordersTopic}`, 'shop-pipe up');
  } catch (error) {
    if (!(error instanceof ShopPipeError)) throw error;
    return problem('kafka', error.message, error.suggestion ?? 'shop-pipe up');
  }
}
