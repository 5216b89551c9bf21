import type { Config } from '../config/config.ts';
import type { Project } from '../config/project.ts';
import { inStep, type Progress } from '../progress.ts';
import { chooseRuntime } from '../runtime/choose.ts';
import { closeBooks } from './close-books.ts';
import { committedOffsets } from './ledger.ts';
import { ordersStream } from './name.ts';
import { findSupervisor } from './service.ts';
import { type StoppedStream, stopStream } from './stop.ts';

export interface StopResult extends StoppedStream {
  /** The ledger, next offset by partition; null where Postgres did not tell. */
  committed: Record<string, number> | null;
}

/** Stops the stream of this home and says what is in the tables by then. */
export async function stopAndTell(config: Config, project: Project, progress: Progress): Promise<StopResult> {
  const composed = (await chooseRuntime(config.runtime, project.home)) === 'compose';
  const stop = async (): Promise<StoppedStream> => {
    if (!composed) return stopStream(project.home);
    const { stopStreamContainer } = await import('../runtime/compose/stream.ts');
    return stopStreamContainer(config, project);
  };
  const stopped =
    composed || findSupervisor(project.home)?.alive
      ? await inStep(progress, 'stopping the stream', stop)
      : await stop();
  if (!composed) await closeBooks(config.postgres.owner, ordersStream);
  return { ...stopped, committed: await committedOffsets(config.postgres.owner, ordersStream) };
}
