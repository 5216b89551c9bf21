import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Config } from '../../../config/config.ts';
import { environmentError } from '../../../errors.ts';
import { bootstrapAirflow } from '../../../postgres/bootstrap.ts';
import { withClient } from '../../../postgres/connection.ts';
import { capture } from '../../../process/capture.ts';
import { readableLine } from '../../../process/log-line.ts';

export interface MigrateOptions {
  version: string;
  /** The `airflow` command and its environment. */
  command: string;
  env: Readonly<Record<string, string>>;
  logFile: string;
  signal: AbortSignal;
  say: (what: string) => void;
}

/**
 * Role, database and tables of Airflow. `airflow db migrate` takes 5 s even where there is nothing to do, so the version
 * that it was done for stands with the database itself, as its comment.
 */
export async function ensureAirflowDatabase(config: Config, options: MigrateOptions): Promise<void> {
  const { version, command, env, logFile, signal, say } = options;
  await bootstrapAirflow(config);
  const { database } = config.airflow;
  const mark = `Airflow ${version}`;
  const done = await withClient(database, async (client) => {
    const { rows } = await client.query<{ comment: string | null }>(
      `select shobj_description(oid, 'pg_database') as comment from pg_database where datname = current_database()`,
    );
    return rows[0]?.comment === mark;
  });
  if (done) return;
  say('making its tables');
  // What the caller has set for an Airflow of his own must not lead this one to another database.
  const foreign = Object.keys(process.env).filter((name) => /^_?(AIRFLOW|PYTHON)/.test(name));
  const { code, output } = await capture(command, ['db', 'migrate'], {
    env: { ...Object.fromEntries(foreign.map((name) => [name, undefined])), ...env },
    signal,
  });
  mkdirSync(dirname(logFile), { recursive: true, mode: 0o700 });
  appendFileSync(logFile, output, { mode: 0o600 });
  if (code !== 0) {
    const lines = output.split('\n').filter((line) => line.trim() !== '');
    const said =
      lines.findLast((line) => /error|exception/i.test(line)) ?? lines.at(-1) ?? `exit code ${code}`;
    throw environmentError(
      'airflow_migration_failed',
      `airflow could not make its tables: ${readableLine(said).slice(0, 300)}`,
      { suggestion: 'shop-pipe logs airflow-api-server' },
    );
  }
  await withClient(database, (client) =>
    client.query(
      `comment on database ${client.escapeIdentifier(database.database)} is ${client.escapeLiteral(mark)}`,
    ),
  );
}
