import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import type { Project } from '../config/project.ts';
import { usageError } from '../errors.ts';
import { isAlive } from '../process/process-table.ts';
import type { Progress } from '../progress.ts';
import { listQuestions } from '../reports/catalogue.ts';
import { chooseRuntime } from '../runtime/choose.ts';
import { PidFiles } from '../runtime/native/pid-files.ts';
import { MetabaseClient } from './client.ts';
import { type Declared, declare } from './declared.ts';
import type { MetabaseTarget } from './target.ts';

export interface OpenMetabase {
  config: Config;
  project: Project;
  /** Instead of METABASE_URL; undefined where it was not given. */
  url: string | undefined;
  progress: Progress;
  signal: AbortSignal;
}

/** A Metabase, what it is to have, and who we are there; nothing is asked of it yet. */
export interface Opened {
  client: MetabaseClient;
  target: MetabaseTarget;
  declared: Declared;
  /** Of shop-pipe. */
  home: string;
}

/** @throws ShopPipeError `bad_url`, and where a question is not well made. */
export async function openMetabase({
  config,
  project,
  url,
  progress,
  signal,
}: OpenMetabase): Promise<Opened> {
  const { metabase, timezone } = config;
  const target: MetabaseTarget = { ...metabase.target, url: checked(url ?? metabase.target.url) };
  const starting = (): boolean => {
    const server = new PidFiles(join(project.home, 'run')).read('metabase');
    return server !== null && server.endpoint === new URL(target.url).host && isAlive(server);
  };
  // From inside of its container the database is elsewhere; METABASE_POSTGRES_HOST says otherwise.
  const composed =
    config.metabase.source.host === config.postgres.owner.host &&
    (await chooseRuntime(config.runtime, project.home)) === 'compose';
  const database = composed ? { ...metabase.source, host: 'postgres', port: 5432 } : metabase.source;
  const questions = await listQuestions(join(project.assets, 'sql', 'questions'));
  return {
    client: new MetabaseClient({ url: target.url, progress, signal, starting }),
    target,
    declared: declare({ database, timezone }, questions),
    home: project.home,
  };
}

function checked(url: string): string {
  const plain = url.replace(/\/+$/, '');
  if (/^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/.test(plain) && URL.canParse(plain)) return plain;
  throw usageError('bad_url', `${url} is no address of a Metabase`, '--url http://127.0.0.1:3000');
}
