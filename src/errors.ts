/** What kind of thing went wrong; decides the exit code (see `src/cli/exit-codes.ts`). */
export type ErrorKind = 'usage' | 'environment' | 'data' | 'finding' | 'interrupted' | 'bug';

export interface ErrorDetails {
  /** What to do next, best a command that can be pasted. */
  suggestion?: string | undefined;
  /** The error underneath; kept for `--debug`, never printed as it is. */
  cause?: unknown;
}

/**
 * An error that a user is meant to read. `message` is a lower-case one-liner naming the thing that is
 * wrong, `code` a stable snake_case name that scripts can match on.
 */
export class ShopPipeError extends Error {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly suggestion: string | undefined;

  constructor(kind: ErrorKind, code: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? {} : { cause: details.cause });
    this.name = 'ShopPipeError';
    this.kind = kind;
    this.code = code;
    this.suggestion = details.suggestion;
  }
}

/** The command was called wrongly: exit code 2. */
export const usageError = (code: string, message: string, suggestion?: string): ShopPipeError =>
  new ShopPipeError('usage', code, message, { suggestion });

/** Something outside of shop-pipe is wrong (a port, a disk, a server, a missing tool): exit code 1. */
export const environmentError = (code: string, message: string, details: ErrorDetails = {}): ShopPipeError =>
  new ShopPipeError('environment', code, message, details);

/** The data given, or the data in the database, is wrong: exit code 1. */
export const dataError = (code: string, message: string, details: ErrorDetails = {}): ShopPipeError =>
  new ShopPipeError('data', code, message, details);

/** Ctrl-C or SIGTERM: exit code 130 or 143. */
export const interruptedError = (what: string): ShopPipeError =>
  new ShopPipeError('interrupted', 'interrupted', `interrupted: ${what}`);
