import { has, holds, same } from './claims.ts';
import { program } from './program.ts';
import type { Stack } from './stack.ts';
import type { Tally } from './tally.ts';

interface Status {
  services: { name: string; state: string }[];
}
interface StreamState {
  state: string;
  lag: number | null;
  totals: { read: number };
}
const stream = (stack: Stack): Promise<StreamState> => stack.cli<StreamState>('stream', 'status');

/** What a stack that is up does, by the command line. */
export async function checkRunning(stack: Stack, tally: Tally): Promise<void> {
  await tally.check('status: all healthy', async () => {
    const { services } = await stack.cli<Status>('status', '--exit-code');
    same(
      services.filter(({ state }) => state !== 'healthy'),
      [],
    );
  });
  await tally.check('no secret in argv, nor in an image; no root', async () => {
    const secrets = stack.sandbox.secrets();
    holds(secrets.length > 8, `only ${secrets.length} secrets`);
    for (const container of await stack.containers('{{.Names}} {{.State}}')) {
      const [name = '', state] = container.split(' ');
      if (state !== 'running') continue;
      const argv = await program('docker', ['top', name, '-eo', 'pid,args']);
      for (const secret of secrets) holds(!argv.includes(secret), `a secret in argv of ${name}`);
    }
    for (const image of ['cli', 'spark', 'airflow']) {
      const tag = `${stack.name}-${image}:local`;
      const history = await program('docker', ['history', '--no-trunc', '--format', '{{.CreatedBy}}', tag]);
      for (const secret of secrets) holds(!history.includes(secret), `a secret in ${image}`);
      same((await program('docker', ['inspect', '--format', '{{.Config.User}}', tag])).trim(), 'shop-pipe');
    }
  });
  await tally.check('Kafka and the worker killed under traffic: nothing lost', () => underTraffic(stack));
  await tally.check('dag trigger: the driver runs on the same master', async () => {
    const date = await lastDay(stack);
    const done = await stack.cli<{ run: { state: string } }>(
      'dag',
      'trigger',
      'shop_daily_etl',
      '--date',
      date,
      '--wait',
    );
    same(done.run.state, 'success');
  });
  await tally.check('etl run, in a container beside the cluster', async () => {
    const done = await stack.cli<{ days: string[] }>('etl', 'run', '--date', await lastDay(stack));
    holds(done.days.length > 0, 'no day');
  });
  await tally.check('stream stop and start', async () => {
    has(await stack.cli('stream', 'stop'), { stopped: true, killed: false });
    has(await stream(stack), { state: 'stopped' });
    has(await stack.cli('stream', 'start'), { started: true, state: 'running' });
  });
  await tally.check('verify --deep', async () => {
    has(await stack.cli('verify', '--deep'), { ok: true });
  });
  await tally.check('logs of every engine, executors and tasks too', async () => {
    const logs = await stack.compose(['logs', '--no-color']);
    for (const line of [
      /^postgres-1 .*database system is ready/m,
      /^kafka-1 .*\S/m,
      /^spark-master-1 .*Registered app shop-pipe etl/m,
      /^spark-worker-1 .*Starting executor ID/m,
      /^stream-1 .*running/m,
      /^airflow-scheduler-1 .*calling/m,
    ])
      holds(line.test(logs), `no line like ${line}`);
    same((await stack.cli<{ service: string }[]>('logs', 'kafka', '-n', '5')).length, 5);
  });
}

async function lastDay(stack: Stack): Promise<string> {
  const { rows } = await stack.cli<{ rows: Record<string, string>[] }>('report', 'daily-revenue');
  const day = Object.values(rows.at(-1) ?? {}).find((value) => /^\d{4}-\d\d-\d\d/.test(value));
  return (day ?? '').slice(0, 10);
}

/** 3,000 events in half a minute; the broker dies in the middle, then the worker with the executor in it. */
async function underTraffic(stack: Stack): Promise<string> {
  const before = (await stream(stack)).totals.read;
  const producing = stack.cli<{ sent: number; acked: number; failed: number }>(
    'produce',
    '--rate',
    '100',
    '--count',
    '3000',
  );
  await stack.until('the stream reads', async () => (await stream(stack)).totals.read > before + 100);
  await stack.crash('kafka');
  await stack.until('the stream reads again', async () => {
    const { totals, state } = await stream(stack);
    return state === 'running' && totals.read > before + 500;
  });
  await stack.crash('spark-worker');
  has(await producing, { sent: 3_000, acked: 3_000, failed: 0 });
  await stack.until('everything is in', async () => (await stream(stack)).totals.read === before + 3_000);
  has(await stream(stack), { lag: 0 });
  return '3,000 acked, 3,000 in the tables';
}
