import { testBroker } from './broker.ts';
import { startServer } from './server.ts';

/** A Postgres and a Kafka for suites that run one after the other. */
export interface TestEngines {
  /** How their tests find them. */
  env: Record<string, string>;
  said: string;
  stop(): Promise<void>;
}

export async function startEngines(): Promise<TestEngines> {
  const broker = await testBroker();
  const [server, started] = await Promise.allSettled([
    startServer(),
    broker.supervisor.start(broker.service),
  ]);
  const stop = async (): Promise<void> => {
    if (server.status === 'fulfilled') await server.value.stop();
    await broker.remove();
  };
  if (server.status === 'rejected' || started.status === 'rejected') {
    await stop();
    throw server.status === 'rejected' ? server.reason : (started as PromiseRejectedResult).reason;
  }
  const { brokers } = broker.target;
  return {
    env: {
      SHOP_TEST_POSTGRES: JSON.stringify(server.value.server),
      SHOP_TEST_POSTGRES_LOG: server.value.logFile,
      SHOP_TEST_KAFKA: JSON.stringify({ brokers }),
    },
    said: `postgres at port ${server.value.server.port}, kafka at ${brokers[0]}`,
    stop,
  };
}
