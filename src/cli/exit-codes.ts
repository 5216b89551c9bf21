import type { ErrorKind } from '../errors.ts';

export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  finding: 3,
  interrupted: 130,
  terminated: 143,
} as const;

/** The one place where an error becomes an exit code; `signal` is what ended the command, if anything did. */
export function exitCodeOf(kind: ErrorKind, signal: NodeJS.Signals | null): number {
  if (kind === 'interrupted') return signal === 'SIGTERM' ? exitCodes.terminated : exitCodes.interrupted;
  if (kind === 'usage') return exitCodes.usage;
  if (kind === 'finding') return exitCodes.finding;
  return exitCodes.failed;
}
