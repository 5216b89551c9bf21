import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import type { Project } from '../config/project.ts';
import { askedOf } from './asked.ts';
import { Live } from './live.ts';
import { Looker } from './looker.ts';
import { readPage } from './page-files.ts';
import { listen } from './server.ts';
import type { Notice } from './state.ts';
import { TopicWatch } from './topic-watch.ts';
import { Viewers } from './viewers.ts';

/** What the command tells: one when the page can be opened, one in the end. */
export type LiveEvent =
  | { event: 'ready'; url: string; port: number; timezone: string }
  | { event: 'stopped'; viewers: number; rounds: number };

/** As `Config` has it; no other role is of any use here. */
export interface LiveConfig {
  postgres: Pick<Config['postgres'], 'bi'>;
  kafka: Pick<Config['kafka'], 'target'>;
  timezone: string;
}

export interface ServeOptions {
  port: number;
  signal: AbortSignal;
  onReady: (ready: Extract<LiveEvent, { event: 'ready' }>) => void;
  onNotices?: (notices: readonly Notice[]) => void;
}

/**
 * Serves the page until the signal fires.
 *
 * @throws ShopPipeError `port_taken`, `page_missing`; a database that is away is told on the page.
 */
export async function serveLive(
  { postgres, kafka, timezone }: LiveConfig,
  { assets }: Pick<Project, 'assets'>,
  { port: asked, signal, onReady, onNotices = () => undefined }: ServeOptions,
): Promise<Extract<LiveEvent, { event: 'stopped' }>> {
  const page = await readPage(join(assets, 'dist', 'live'));
  const looker = new Looker(postgres.bi, await askedOf(join(assets, 'sql', 'questions'), timezone));
  const viewers: Viewers = new Viewers(() => JSON.stringify(live.state));
  const live = new Live({
    timezone,
    looker,
    topic: new TopicWatch(kafka.target),
    onChange: (change) => viewers.send(change),
    onNotices,
  });
  const { server, port } = await listen(asked, {
    page,
    viewers,
    onFirst: () => live.start(),
    onLast: () => void live.stop(),
  });
  onReady({ event: 'ready', url: `http://127.0.0.1:${port}/`, port, timezone });
  if (!signal.aborted)
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  viewers.close();
  server.closeAllConnections();
  await Promise.all([closed, live.stop()]);
  return { event: 'stopped', viewers: viewers.served, rounds: live.rounds };
}
