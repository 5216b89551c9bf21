import { z } from 'zod';
import { documentMeta } from './values.ts';

/** What every command prints instead of its own document when the work could not be done. */
export const errorDocument = z
  .strictObject({
    error: z.strictObject({
      code: z
        .string()
        .regex(/^[a-z][a-z0-9_]*$/)
        .describe(
          'stable name of what is wrong, for scripts to match on; `bug` for what should never happen',
        ),
      message: z
        .string()
        .min(1)
        .regex(/^[^\n]*$/)
        .describe('one line that names the thing, for people'),
      suggestion: z
        .string()
        .nullable()
        .describe('what to do next, best a command that can be pasted; null where nothing can be said'),
    }),
  })
  .meta(
    documentMeta(
      'error',
      'The work could not be done. Exit code 1 (something outside or the data is wrong), 2 (wrong usage), 130 or 143 (interrupted, with code `interrupted`).',
      {
        error: {
          code: 'postgres_unreachable',
          message: 'cannot reach postgres at 127.0.0.1:5432 (ECONNREFUSED)',
          suggestion: 'shop-pipe up',
        },
      },
    ),
  );
