import { join } from 'node:path';
import { freePort } from '../../../config/free-port.ts';
import { environmentError } from '../../../errors.ts';
import { notOurBroker } from '../../../kafka/own-broker.ts';
import { probeKafka } from '../../../kafka/probe.ts';
import { brokerAddress, type KafkaTarget } from '../../../kafka/target.ts';
import type { Progress } from '../../../progress.ts';
import type { ListeningService } from '../../service.ts';
import { formatStorage, type KafkaJava, kafkaCommand, writeBrokerConfig } from './broker.ts';
import { ensureKafka, kafkaVersion } from './jars.ts';

export interface KafkaServiceOptions {
  target: KafkaTarget;
  home: string;
  assets: string;
  progress: Progress;
  signal: AbortSignal;
}

/** One KRaft broker that is its own controller, from Maven's jars: data below `home`, loopback only. */
export function kafkaService({
  target,
  home,
  assets,
  progress,
  signal,
}: KafkaServiceOptions): ListeningService {
  const listen = { ...brokerAddress(target.brokers[0] ?? ''), variable: 'KAFKA_BROKERS' };
  const folder = join(home, 'kafka');
  let kafka: KafkaJava | null = null;
  const installed = async (say: (what: string) => void): Promise<KafkaJava> =>
    (kafka ??= await ensureKafka(assets, say, { progress, signal }));
  return {
    name: 'kafka',
    version: kafkaVersion(assets),
    needs: [],
    listen,
    check() {
      const elsewhere = notOurBroker(target);
      if (elsewhere === null) return;
      throw environmentError(
        'kafka_not_ours',
        `${elsewhere}, but shop-pipe is to run kafka itself: one broker on loopback, PLAINTEXT`,
        { suggestion: 'for a cluster that runs already set SHOP_PIPE_EXTERNAL=kafka in .env' },
      );
    },
    async prepare(say) {
      const java = await installed(say);
      // Far from the ports that people give to engines.
      const controllerPort = await freePort(
        listen.port + (listen.port < 50_000 ? 10_000 : -10_000),
        listen.host,
      );
      writeBrokerConfig(folder, { ...listen, controllerPort });
      say('formatting');
      await formatStorage(java, folder, { logFile: join(home, 'logs', 'kafka.log'), signal });
      say('starting');
    },
    async command() {
      return kafkaCommand(await installed(() => undefined), folder, ['kafka.Kafka', 'server.properties']);
    },
    probe: () => probeKafka(target),
    stop: { signal: 'SIGTERM', graceMs: 60_000 },
    // After a kill it reads the end of every log again, and waits for its own old session to run out.
    startMs: 180_000,
  };
}
