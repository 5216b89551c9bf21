import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { topicStatus } from '../../../src/kafka/topic-status.ts';
import { ensureTopic } from '../../../src/kafka/topics.ts';
import { identify } from '../../../src/process/process-table.ts';
import { silent } from '../../../src/progress.ts';
import { kafkaService } from '../../../src/runtime/native/kafka/service.ts';
import { assets, type TestBroker, testBroker } from '../../support/broker.ts';
import { sendAll } from '../../support/kafka.ts';

const topic = 'kept';
const messages = (count: number): { key: string; value: string }[] =>
  Array.from({ length: count }, (_, i) => ({ key: `k${i}`, value: `v${i}` }));

describe('a broker of our own', () => {
  let broker: TestBroker;
  beforeAll(async () => {
    broker = await testBroker();
  });
  afterAll(() => broker.remove());

  const state = async (): Promise<string> => (await broker.supervisor.status(broker.service)).state;
  const kept = async (): Promise<[string | null, number]> => {
    const status = await topicStatus(broker.target, topic);
    return [status.topic_id, status.messages];
  };
  let topicId: string | null;

  it('whose port is taken is not started, and leaves nothing', async () => {
    const holder = createServer().listen(broker.service.listen.port, '127.0.0.1');
    await new Promise((resolve) => holder.once('listening', resolve));
    try {
      for (const refused of [
        broker.supervisor.check(broker.service),
        broker.supervisor.start(broker.service),
      ]) {
        await expect(refused).rejects.toMatchObject({
          code: 'port_taken',
          message: expect.stringContaining(`process ${process.pid} `),
          suggestion: expect.stringContaining('KAFKA_BROKERS'),
        });
      }
      expect(existsSync(join(broker.home, 'kafka'))).toBe(false);
    } finally {
      holder.close();
    }
  });

  it('starts over what a killed format left behind', async () => {
    for (const half of ['data.new', 'data']) mkdirSync(join(broker.home, 'kafka', half), { recursive: true });
    writeFileSync(join(broker.home, 'kafka', 'data.new', 'meta.properties'), 'version=1\ncluster.id=half\n');
    expect(await broker.supervisor.start(broker.service)).toBe(true);
    expect(await state()).toBe('healthy');
    expect(readFileSync(join(broker.home, 'kafka', 'data', 'meta.properties'), 'utf8')).not.toContain('half');
    await ensureTopic(broker.target, { topic, partitions: 2, retentionMs: 3_600_000 });
    await sendAll(broker.target, topic, messages(200));
    const [id, count] = await kept();
    topicId = id;
    expect(count).toBe(200);
  });

  it('listens on loopback only, broker and controller', async () => {
    const pid = await broker.pid();
    const { listeners } = Object.fromEntries(
      readFileSync(join(broker.home, 'kafka', 'server.properties'), 'utf8')
        .split('\n')
        .map((line) => line.split('=')),
    ) as { listeners: string };
    expect(listeners.match(/127\.0\.0\.1:\d+/g)).toHaveLength(2);
    expect(listeningAddresses(pid)).toEqual(new Set(['127.0.0.1']));
  });

  it('stopped and started again has its messages, and no process is left', async () => {
    const pid = await broker.pid();
    expect(await broker.supervisor.stop('kafka')).toBe(true);
    expect(identify(pid)).toBeNull();
    expect(await state()).toBe('stopped');
    // Another place for the controller than before.
    const holder = createServer().listen(controllerPort(broker), '127.0.0.1');
    await new Promise((resolve) => holder.once('listening', resolve));
    try {
      expect(await broker.supervisor.start(broker.service)).toBe(true);
      expect(await broker.supervisor.start(broker.service)).toBe(false);
      expect(await kept()).toEqual([topicId, 200]);
    } finally {
      holder.close();
    }
  });

  it('killed is failed, recovers, and has all that it acknowledged', async () => {
    for (const round of [1, 2]) {
      await sendAll(broker.target, topic, messages(100));
      process.kill(await broker.pid(), 'SIGKILL');
      await expect.poll(state).toBe('failed');
      await broker.supervisor.start(broker.service);
      expect(await kept()).toEqual([topicId, 200 + 100 * round]);
    }
  });

  it('writes what it does into its log, and not its hundreds of settings', () => {
    const log = readFileSync(broker.supervisor.logFile('kafka'), 'utf8');
    expect(log).toContain('Kafka Server started');
    expect(log).not.toContain('log.retention.check.interval.ms = ');
  });
});

describe('a home with a name that Java finds hard', () => {
  let broker: TestBroker;
  beforeAll(async () => {
    broker = await testBroker();
  });
  afterAll(() => broker.remove());

  it('is no obstacle', async () => {
    const { target, supervisor } = broker;
    const home = join(broker.home, 'São Paulo, a=b #1\\x');
    const { signal } = new AbortController();
    await supervisor.start(kafkaService({ target, home, assets, progress: silent, signal }));
    expect(existsSync(join(home, 'kafka', 'data', 'meta.properties'))).toBe(true);
  });
});

describe('a broker that cannot be ours', () => {
  it.each([
    [{ brokers: ['kafka.example.com:9092'] }, /kafka\.example\.com/],
    [{ brokers: ['127.0.0.1:9092', '127.0.0.1:9093'] }, /names 2 brokers/],
    [{ security: 'SSL' as const }, /KAFKA_SECURITY_PROTOCOL is SSL/],
  ])('%j is refused with the way out', (difference, message) => {
    const target = {
      brokers: ['127.0.0.1:9092'],
      security: 'PLAINTEXT' as const,
      sasl: null,
      ca: null,
      ...difference,
    };
    const { signal } = new AbortController();
    const service = kafkaService({ target, home: '/nowhere', assets, progress: silent, signal });
    expect(() => service.check?.()).toThrow(
      expect.objectContaining({
        code: 'kafka_not_ours',
        message: expect.stringMatching(message),
        suggestion: expect.stringContaining('SHOP_PIPE_EXTERNAL=kafka'),
      }),
    );
  });
});

function controllerPort({ home }: TestBroker): number {
  const properties = readFileSync(join(home, 'kafka', 'server.properties'), 'utf8');
  return Number(/CONTROLLER:\/\/127\.0\.0\.1:(\d+)/.exec(properties)?.[1]);
}

/** Addresses on which a process listens, by /proc: Linux only. */
function listeningAddresses(pid: number): Set<string> {
  const rows = ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'latin1').trim().split('\n').slice(1),
  );
  const inodes = socketInodes(pid);
  const addresses = rows
    .map((row) => row.trim().split(/\s+/))
    .filter((fields) => fields[3] === '0A' && inodes.has(fields[9] ?? ''))
    .map((fields) => fields[1]?.split(':')[0] ?? '');
  // IPv4 loopback, and the same mapped into IPv6, as the kernel writes them (little-endian words).
  return new Set(
    addresses.map((hex) => (/^(0000000000000000FFFF0000)?0100007F$/.test(hex) ? '127.0.0.1' : hex)),
  );
}

function socketInodes(pid: number): Set<string> {
  const folder = `/proc/${pid}/fd`;
  const targetOf = (fd: string): string => {
    try {
      return readlinkSync(join(folder, fd));
    } catch {
      // Closed since the folder was read: a broker opens and closes files all the time.
      return '';
    }
  };
  return new Set(readdirSync(folder).map((fd) => /^socket:\[(\d+)\]$/.exec(targetOf(fd))?.[1] ?? ''));
}
