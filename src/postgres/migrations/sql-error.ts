import { redact } from '../../config/secrets.ts';
import { dataError, environmentError, interruptedError, ShopPipeError } from '../../errors.ts';
import type { MigrationFile } from './files.ts';
import type { Statement } from './statements.ts';

export interface Failure {
  file: MigrationFile;
  /** Null when the commit itself failed, e.g. on a deferred constraint. */
  statement: Statement | null;
  /** Who was in the way when a lock was waited for. */
  blocker: string | null;
  /** How often it was tried. */
  attempts: number;
  /** What state the failure leaves, e.g. `nothing of it was applied`. */
  left: string;
  suggestion: string;
  interrupted: boolean;
}

/**
 * Says where and why a migration failed. Postgres's `detail` and the statement are left out: they can hold a
 * customer's data.
 */
export function migrationError(error: unknown, failure: Failure): ShopPipeError {
  if (error instanceof ShopPipeError) return error;
  const { code, message, position } = error as { code?: string; message?: string; position?: string };
  const { file, statement, blocker, attempts, left, suggestion } = failure;
  const where = statement ? `${file.file} line ${lineOf(statement, Number(position ?? 1))}` : file.file;
  if (failure.interrupted) return interruptedError(`${where}: ${left}`);
  if (code === '55P03') {
    const who = blocker === null ? 'another session' : blocker;
    const what = statement ? ` \`${firstWords(statement)}\`` : '';
    return environmentError(
      'migration_blocked',
      `${where}:${what} waited too long for a lock held by ${who}${attempts > 1 ? ` (tried ${attempts} times)` : ''}; ${left}`,
      {
        suggestion:
          'end that session or wait for it, then run the command again (--lock-timeout waits longer, --lock-retries more often)',
        cause: error,
      },
    );
  }
  const said = redact(String(message).replaceAll('\n', ' '));
  // 08: connection, 53: out of disk, memory or connections, 57P: shut down, 58: the server's own files; no code: the socket.
  if (code === undefined || /^(08|53|57P|58|E[A-Z])/.test(code)) {
    return environmentError('migration_interrupted', `${where}: ${said}; ${left}`, {
      suggestion: 'shop-pipe status, then run the command again',
      cause: error,
    });
  }
  if (code === '25006') {
    return environmentError('postgres_read_only', `${where}: ${said}; ${left}`, {
      suggestion: 'set POSTGRES_HOST to the primary, or default_transaction_read_only of the database to off',
      cause: error,
    });
  }
  return dataError('migration_failed', `${where}: ${said} (${code}); ${left}`, { suggestion, cause: error });
}

/** Postgres counts characters from 1, JavaScript UTF-16 units. */
function lineOf(statement: Statement, position: number): number {
  const before = Array.from(statement.text).slice(0, position - 1);
  return statement.line + before.filter((character) => character === '\n').length;
}

const firstWords = (statement: Statement): string => statement.words.slice(0, 5).join(' ');
