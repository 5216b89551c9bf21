import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { KafkaTarget } from '../../src/kafka/target.ts';
import { silent } from '../../src/progress.ts';
import { kafkaService } from '../../src/runtime/native/kafka/service.ts';
import { Supervisor } from '../../src/runtime/native/supervisor.ts';
import type { ListeningService } from '../../src/runtime/service.ts';
import { testPort } from './port.ts';

export const assets = resolve(import.meta.dirname, '../..');

/** A broker with a home, data and port of its own; not started yet. */
export interface TestBroker {
  home: string;
  target: KafkaTarget;
  supervisor: Supervisor;
  service: ListeningService;
  /** The process id of the running one. */
  pid(): Promise<number>;
  /** Stops it and deletes its data. */
  remove(): Promise<void>;
}

export async function testBroker(): Promise<TestBroker> {
  const home = mkdtempSync(join(tmpdir(), 'shop-pipe-kafka-'));
  const { signal } = new AbortController();
  const port = await testPort(20_000);
  const target: KafkaTarget = {
    brokers: [`127.0.0.1:${port}`],
    security: 'PLAINTEXT',
    sasl: null,
    ca: null,
  };
  const supervisor = new Supervisor(home, silent, signal);
  const service = kafkaService({ target, home, assets, progress: silent, signal });
  return {
    home,
    target,
    supervisor,
    service,
    async pid() {
      const { pid } = await supervisor.status(service);
      if (pid === null) throw new Error('the broker does not run');
      return pid;
    },
    async remove() {
      await supervisor.stopAll();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
