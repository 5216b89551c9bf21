import { z } from 'zod';

/** Values that several documents have; a description says unit and meaning. */

export const rowCount = (what: string): z.ZodInt => z.int().nonnegative().describe(what);

export const seconds = (what: string): z.ZodNumber => z.number().nonnegative().describe(`${what}; seconds`);

export const businessDay = z.iso.date().describe('a business day, YYYY-MM-DD, in SHOP_TIMEZONE');

export const migrationVersion = z
  .string()
  .regex(/^\d{4,9}$/)
  .describe('number of a migration, as its file is named');

export const currentVersion = migrationVersion
  .nullable()
  .describe('the newest applied migration afterwards; null for an empty database');

export const runtimeName = z
  .enum(['native', 'compose', 'external'])
  .describe('who runs the engines: this machine, Docker, somebody else');

/** Title, meaning (with the exit codes other than 0) and a real example of a document; they go to docs/. */
export const documentMeta = (
  title: string,
  description: string,
  example: unknown,
): { title: string; description: string; examples: unknown[] } => ({
  title,
  description,
  examples: [example],
});
