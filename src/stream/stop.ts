import { stopGroup } from '../process/process-table.ts';
import { streamService } from './name.ts';
import { readRecord } from './record.ts';
import { findSupervisor, streamPidFiles } from './service.ts';

export interface StoppedStream {
  /** False where nothing ran. */
  stopped: boolean;
  /** It did not end between two batches in time; what was not committed then is read again by the next start. */
  killed: boolean;
}

/**
 * Ends the supervisor of this home, and with it the driver, after the batch under way. Also clears away what a killed
 * or failed supervisor left; needs no settings.
 */
export async function stopStream(home: string): Promise<StoppedStream> {
  const found = findSupervisor(home);
  if (found === null) return { stopped: false, killed: false };
  const { file, alive, record } = found;
  const ended = alive && (await stopGroup(file, file.stop.signal, file.stop.graceMs));
  const last = ended ? readRecord(home) : record;
  // A supervisor that was killed leaves a driver, which ends itself, but not at once.
  const orphan = last?.driver != null && (await stopGroup(last.driver, 'SIGTERM', 5_000));
  streamPidFiles(home).remove(streamService);
  return {
    stopped: ended || orphan,
    killed: orphan || (ended && (last?.killed === true || last?.state !== 'stopped')),
  };
}
