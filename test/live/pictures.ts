import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { configFrom } from '../../src/config/config.ts';
import { loadEnvironment } from '../../src/config/environment.ts';
import { ordersTopic } from '../../src/kafka/orders-topic.ts';
import type { KafkaTarget } from '../../src/kafka/target.ts';
import { connect } from '../../src/postgres/connection.ts';
import { readTopicOffsets } from '../../src/stream/topic-offsets.ts';
import { findChromium, openBrowser } from './browser.ts';
import { fillShop, merge, publish, takeStream } from './live-shop.ts';
import { terminalPage } from './terminal-picture.ts';

/** Five minutes of the rates' chart, and a minute for places to move. */
const liveSeconds = 330;

/**
 * Makes docs/live.png, docs/live-phone.png and docs/run.png: over a Postgres and a Kafka of its own, a shop that it fills and
 * merges as the stream does them, so that it needs no Spark. Returns the exit code.
 */
export async function main(root: string, seconds = liveSeconds): Promise<number> {
  const chromium = findChromium();
  if (chromium === null) return 1;
  const folder = mkdtempSync(join(tmpdir(), 'shop-pipe-pictures-'));
  const bin = join(root, 'bin', 'shop-pipe.mjs');
  const env = { ...process.env, FORCE_COLOR: '1', COLUMNS: '104', LC_ALL: 'C.UTF-8' };
  const cli = (...args: string[]): string => {
    const { status, stdout, stderr } = spawnSync(bin, args, { cwd: folder, encoding: 'utf8', env });
    if (status !== 0) throw new Error(`shop-pipe ${args.join(' ')} ended with ${status}: ${stderr}`);
    return stdout;
  };
  const started: ChildProcess[] = [];
  let owner: pg.Client | null = null;
  try {
    cli('init');
    cli('up', 'postgres', 'kafka');
    const { postgres, kafka, timezone: zone } = configFrom(loadEnvironment(join(folder, '.env'), {}));
    owner = await connect(postgres.owner);
    // As many an hour as come while the picture is taken.
    await fillShop(owner, { zone, days: 9, ordersPerDay: 100_000, products: 400 });
    await publish(owner, zone);
    await takeStream(owner);
    const from = ['--rate', '3', '--duration', `${seconds + 60}s`];
    started.push(spawn(bin, ['produce', ...from], { cwd: folder, stdio: 'ignore' }));
    const live = spawn(bin, ['live', '--port', '0', '--json'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    started.push(live);
    const url = await new Promise<string>((ready) =>
      live.stdout?.once('data', (line: Buffer) => ready((JSON.parse(String(line)) as { url: string }).url)),
    );
    const { context, close } = await openBrowser(chromium, {
      viewport: { width: 1280, height: 900 },
      locale: 'en-GB',
    });
    try {
      const page = await context.newPage();
      await page.goto(url);
      await streamFor(seconds, owner, kafka.target, zone);
      await page.locator('#status[data-state="live"]').waitFor();
      // A viewer that is not there while the picture is taken: nothing is half marked.
      await page.emulateMedia({ reducedMotion: 'reduce' });
      // Without the last row, which is of the batch.
      const { y } = (await page.locator('section:has(#days)').boundingBox()) ?? { y: 1_200 };
      const clip = { x: 0, y: 0, width: 1280, height: y };
      await page.screenshot({ path: join(root, 'docs', 'live.png'), clip, fullPage: true });
      await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
      await page.setViewportSize({ width: 360, height: 780 });
      await page.locator('#status[data-state="live"]').waitFor();
      await page.screenshot({
        path: join(root, 'docs', 'live-phone.png'),
        clip: { x: 0, y: 0, width: 360, height: 1240 },
        fullPage: true,
      });
      const lines = ['orders-per-hour', 'top-products-today'].map(
        (name) => `\u001b[32m$\u001b[39m npx shop-pipe report ${name}\n${cli('report', name)}\n`,
      );
      // On a page of its own: that of the shop takes no style from elsewhere.
      const terminal = await context.newPage();
      await terminal.setContent(terminalPage(lines.join('\n').trimEnd()));
      await terminal.locator('pre').screenshot({ path: join(root, 'docs', 'run.png') });
    } finally {
      await close();
    }
  } finally {
    for (const child of started) child.kill('SIGTERM');
    await owner?.end();
    spawnSync(bin, ['down', '--purge'], { cwd: folder });
    rmSync(folder, { recursive: true, force: true });
  }
  for (const name of ['live.png', 'live-phone.png', 'run.png'])
    process.stdout.write(`docs/${name}: ${Math.round(statSync(join(root, 'docs', name)).size / 1_000)} kB\n`);
  return 0;
}

/** Orders at a rate that swings, and the ledger moved with what is produced meanwhile. */
async function streamFor(seconds: number, owner: pg.Client, kafka: KafkaTarget, zone: string): Promise<void> {
  const { cluster_id: cluster, topic_id: topic } = await readTopicOffsets(kafka, ordersTopic);
  await owner.query('update ops.streams set cluster_id = $1, topic_id = $2', [cluster, topic]);
  const until = performance.now() + seconds * 1_000;
  for (let round = 0; performance.now() < until; round += 1) {
    const next = performance.now() + 500;
    const orders = Math.round(0.3 + 0.3 * Math.sin(round / 60) + 0.8 * Math.random());
    await merge(owner, { zone, orders, canceled: round % 8 === 0 && Math.random() < 0.6 ? 1 : 0 });
    if (round % 4 === 0) {
      const { partitions } = await readTopicOffsets(kafka, ordersTopic);
      for (const [partition, { latest }] of partitions)
        await owner.query(
          `insert into ops.stream_offsets values ('orders', $1, 0, $2) on conflict (stream, partition) do update set next_offset = excluded.next_offset`,
          [partition, latest],
        );
    }
    await delay(Math.max(0, next - performance.now()));
  }
}
