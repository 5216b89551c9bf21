import { parse } from 'dotenv';
import type { PgTarget } from '../../src/postgres/target.ts';
import type { Sandbox } from './cli.ts';

/** The owner's way into a sandbox's database. */
export function sandboxTarget(sandbox: Sandbox): PgTarget {
  const env = parse(sandbox.file('.env'));
  return {
    host: env['POSTGRES_HOST'] ?? '',
    port: Number(env['POSTGRES_PORT']),
    database: env['POSTGRES_DB'] ?? '',
    user: env['POSTGRES_USER'] ?? '',
    password: env['POSTGRES_PASSWORD'] ?? '',
  };
}
