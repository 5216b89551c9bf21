import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { RuntimeName } from '../config/config.ts';
import type { Project } from '../config/project.ts';
import type { Progress } from '../progress.ts';
import { streamService } from '../stream/name.ts';
import { chooseRuntime, recordedProject } from './choose.ts';

export interface DownOptions {
  project: Project;
  /** By flag, environment or `.env`; null where nobody said. */
  asked: RuntimeName | null;
  /** Of compose, as environment or `.env` name it. */
  composeProject: string;
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
  const { project, asked, composeProject, purge, progress, signal } = options;
  const runtime = await chooseRuntime(asked, project.home);
  // Before the engines that it reads and writes, so that it ends between two batches.
  const stream = await stopBackgroundStream(project.home, progress);
  if (runtime === 'external') return { runtime, stopped: stream };
  if (runtime === 'compose') {
    const { composeDown } = await import('./compose/down.ts');
    const name = recordedProject(project.home) ?? composeProject;
    const stopped = await composeDown({ name, purge, progress });
    if (purge)
      for (const part of ['logs', 'runtime.json'])
        rmSync(join(project.home, part), { recursive: true, force: true });
    return { runtime, stopped: [...stream, ...stopped] };
  }
  const { nativeDown } = await import('./native/down.ts');
  const stopped = await nativeDown({ home: project.home, progress, signal }, { purge });
  return { runtime, stopped: [...stream, ...stopped] };
}

async function stopBackgroundStream(home: string, progress: Progress): Promise<string[]> {
  const { stopStream } = await import('../stream/stop.ts');
  const { killed, stopped } = await stopStream(home);
  if (killed)
    progress.warn('the stream did not end in time and was killed; its next start goes on from the ledger');
  return stopped ? [streamService] : [];
}
