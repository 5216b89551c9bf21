import type { RuntimeName } from '../config/config.ts';
import type { Project } from '../config/project.ts';
import type { Progress } from '../progress.ts';
import { chooseRuntime, recordedRuntime } from './choose.ts';
import { noCompose } from './open.ts';

export interface DownOptions {
  project: Project;
  /** By flag, environment or `.env`; null where nobody said. */
  asked: RuntimeName | null;
  /** Delete data and logs as well. */
  purge: boolean;
  progress: Progress;
  signal: AbortSignal;
}

/**
 * Stops the stack and says what was running. Asks for no settings but the runtime: what was started can be stopped
 * when `.env` is wrong or gone.
 */
export async function takeDown(options: DownOptions): Promise<{ runtime: RuntimeName; stopped: string[] }> {
  const { project, asked, purge, progress, signal } = options;
  const runtime = chooseRuntime(asked, recordedRuntime(project.home));
  if (runtime === 'compose') throw noCompose();
  if (runtime === 'external') return { runtime, stopped: [] };
  const { nativeDown } = await import('./native/down.ts');
  return { runtime, stopped: await nativeDown({ home: project.home, progress, signal }, { purge }) };
}
