import { CommanderError } from 'commander';
import { interruptedError, ShopPipeError, usageError } from '../errors.ts';
import { postgresError } from './postgres-error.ts';

/** What is printed of any error, as text or as `{"error": …}`. */
export interface ErrorDocument {
  code: string;
  message: string;
  suggestion: string | null;
}

/** Makes one of our own errors of whatever was thrown: the only place that looks at foreign ones. */
export function normaliseError(error: unknown, interrupted: boolean): ShopPipeError {
  if (error instanceof ShopPipeError && !(interrupted && error.kind === 'environment')) return error;
  if (interrupted) return interruptedError('nothing is half done; run the command again to go on');
  if (error instanceof CommanderError) {
    return usageError(
      error.code.replace(/^commander\./, '').replace(/[A-Z]/g, (c) => `_${c.toLowerCase()}`),
      commanderMessage(error),
      'shop-pipe --help',
    );
  }
  const system = error as NodeJS.ErrnoException;
  if (typeof system?.code === 'string' && typeof system.syscall === 'string') return systemError(system);
  const refused = postgresError(error);
  if (refused !== null) return refused;
  const message = error instanceof Error ? error.message : String(error);
  return new ShopPipeError('bug', 'bug', message.split('\n')[0] || 'unknown error', {
    suggestion: 'run it again with --debug and report what it prints',
    cause: error,
  });
}

const commanderMessage = (error: CommanderError): string =>
  error.message
    .replace(/^error: /, '')
    .replace(/\n/g, ' ')
    .replace(/\.$/, '');

function systemError(error: NodeJS.ErrnoException): ShopPipeError {
  const where = error.path ?? (error as { address?: string }).address ?? error.syscall ?? '';
  const known: Record<string, [string, string, string | undefined]> = {
    ENOSPC: ['disk_full', `no space left on the disk (${where})`, 'free some space and run it again'],
    EACCES: ['permission_denied', `no permission: ${where}`, undefined],
    EPERM: ['permission_denied', `not permitted: ${where}`, undefined],
    EROFS: ['read_only', `the file system is read-only: ${where}`, 'name a writable folder with --home'],
    ENOENT: ['not_found', `no such file or folder: ${where}`, undefined],
    ENOTDIR: ['not_a_folder', `not a folder: ${where}`, undefined],
    EADDRINUSE: ['port_taken', `the address is in use: ${where}`, 'shop-pipe status'],
  };
  const [code, message, suggestion] = known[error.code ?? ''] ?? [
    'system',
    // Of a failed syscall Node's message names the code itself.
    error.message.split('\n')[0] || String(error.code),
    undefined,
  ];
  return new ShopPipeError('environment', code, message, { suggestion, cause: error });
}
