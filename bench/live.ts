import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect as connectTo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { configFrom } from '../src/config/config.ts';
import { loadEnvironment } from '../src/config/environment.ts';
import { connect } from '../src/postgres/connection.ts';
import { capture } from '../src/process/capture.ts';
import { fillShop, merge, publish, takeStream } from '../test/live/live-shop.ts';
import { Watching } from '../test/live/served.ts';
import { type Comparison, compare, type Figures, median } from './harness.ts';
import type { BenchOptions } from './produce.ts';

const zone = 'America/Sao_Paulo';
const ordersPerSecond = 500;
const secondsOfRun = 20;
const viewersOfRun = 50;
/** Of a core, server and its Postgres session together. */
const limitPercent = 10;
const limitSeenMs = 1_000;

/** What the live page costs at 500 orders/s: fifty viewers beside one. */
export async function benchLive({ root, rounds, orders, progress }: BenchOptions): Promise<Comparison> {
  const folder = mkdtempSync(join(tmpdir(), 'shop-pipe-bench-'));
  const bin = join(root, 'bin', 'shop-pipe.mjs');
  const cli = async (...args: string[]): Promise<void> => {
    const { code, output } = await capture(bin, args, { cwd: folder });
    if (code !== 0) throw new Error(`shop-pipe ${args.join(' ')} failed: ${output}`);
  };
  let live: ChildProcess | null = null;
  let owner: pg.Client | null = null;
  try {
    await cli('up', 'postgres');
    const { postgres } = configFrom(loadEnvironment(join(folder, '.env'), {}));
    owner = await connect(postgres.owner);
    progress.note(`filling ${orders.toLocaleString('en-US')} orders`);
    // A third of the moments that it goes through get no order.
    await fillShop(owner, {
      zone,
      days: 30,
      ordersPerDay: Math.round((orders / 30) * 1.5),
      products: 30_000,
    });
    await publish(owner, zone);
    await takeStream(owner);
    live = spawn(bin, ['live', '--port', '0', '--json'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const url = await urlOf(live);
    const setting = { owner, url, pid: live.pid ?? 0 };
    const comparison = await compare(
      {
        name: 'live',
        setting: `${ordersPerSecond} orders/s for ${secondsOfRun} s into a shop of ${orders.toLocaleString('en-US')}, the page's events taken by viewers; CPU of the server and of its session in Postgres`,
        figure: 'CPU, % of a core',
        rounds,
        onRound: (text) => progress.note(text),
      },
      { name: `${viewersOfRun} viewers`, run: () => watched(setting, viewersOfRun) },
      { name: '1 viewer', run: () => watched(setting, 1) },
    );
    const figure = (name: string): number =>
      median(comparison.ours.runs.map((run) => run[name] ?? Number.NaN));
    const held = (text: string, value: number, limit: number): string =>
      `${text} ${value.toFixed(1)}, limit ${limit}${value < limit ? '' : ': OVER'}`;
    return {
      ...comparison,
      notes: [
        held(`${viewersOfRun} viewers, % of a core:`, figure('CPU, % of a core'), limitPercent),
        held('from the commit to the viewer, slowest, ms:', figure('seen after ms, slowest'), limitSeenMs),
      ],
    };
  } finally {
    live?.kill('SIGTERM');
    await owner?.end();
    await cli('down', '--purge').catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function watched(
  { owner, url, pid }: { owner: pg.Client; url: string; pid: number },
  viewers: number,
): Promise<Figures> {
  const first = new Watching(url);
  // The others take what they are sent and make nothing of it: their own work is not what is measured.
  const others = await Promise.all(Array.from({ length: viewers - 1 }, () => drained(url)));
  const began = Date.now();
  await first.until(({ asOf }) => Date.parse(asOf ?? '') > began, 60_000);
  const { rows } = await owner.query<{ pid: number }>(
    `select pid from pg_stat_activity where usename = 'shop_bi'`,
  );
  const session = rows[0]?.pid ?? 0;
  const before = { server: cpuMs(pid), session: cpuMs(session), at: performance.now() };
  const seen: number[] = [];
  const until = performance.now() + secondsOfRun * 1_000;
  while (performance.now() < until) {
    const next = performance.now() + 400;
    await merge(owner, { zone, orders: ordersPerSecond * 0.4, canceled: 8 });
    const committed = performance.now();
    const { rows: books } = await owner.query<{ read: string }>('select read from ops.streams');
    const read = Number(books[0]?.read);
    void first
      .until(({ health }) => (health?.stream?.read ?? 0) >= read)
      .then(
        () => seen.push(performance.now() - committed),
        () => seen.push(Number.POSITIVE_INFINITY),
      );
    await delay(Math.max(0, next - performance.now()));
  }
  const ms = performance.now() - before.at;
  const server = cpuMs(pid) - before.server;
  const postgres = cpuMs(session) - before.session;
  await first.until(() => seen.length > secondsOfRun);
  await first.close();
  for (const close of others) close();
  return {
    'CPU, % of a core': (100 * (server + postgres)) / ms,
    'of it the server, %': (100 * server) / ms,
    'seen after ms, median': median(seen),
    'seen after ms, slowest': Math.max(...seen),
  };
}

/** A viewer that throws away what it is sent. Returns what ends it. */
function drained(url: string): Promise<() => void> {
  const { hostname, port, host } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connectTo(Number(port), hostname, () => {
      socket.write(`GET /events HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
      socket.once('data', () => resolve(() => void socket.destroy()));
      socket.resume();
    });
    socket.once('error', reject);
  });
}

/** User and system time of a process, from its ticks of ten milliseconds. */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

const urlOf = (live: ChildProcess): Promise<string> =>
  new Promise((ready) =>
    live.stdout?.once('data', (line: Buffer) => ready((JSON.parse(String(line)) as { url: string }).url)),
  );
