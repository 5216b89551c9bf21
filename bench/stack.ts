import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'dotenv';
import { withClient } from '../src/postgres/connection.ts';
import type { PgTarget } from '../src/postgres/target.ts';
import { capture } from '../src/process/capture.ts';

/** A stack of a bench's own: a folder with `.env` and data, and the command line in it. */
export class BenchStack {
  readonly folder = mkdtempSync(join(tmpdir(), 'shop-pipe-bench-'));
  readonly #program: string;

  constructor(root: string) {
    this.#program = join(root, 'bin', 'shop-pipe.mjs');
  }

  /** @throws Error with all that the command said where it failed. */
  async cli(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    signal?: AbortSignal,
  ): Promise<string> {
    const { code, output } = await capture(this.#program, args, {
      cwd: this.folder,
      env,
      ...(signal && { signal }),
    });
    if (code !== 0) throw new Error(`shop-pipe ${args.join(' ')} failed: ${output}`);
    return output;
  }

  /** The one document that a command prints with `--json`. */
  async json<T>(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<T> {
    const output = await this.cli([...args, '--json'], env);
    return JSON.parse(output.split('\n').find((line) => /^[{[]/.test(line)) ?? 'null') as T;
  }

  get targets(): Record<'owner' | 'superuser' | 'reader', PgTarget> & { brokers: string } {
    const env = parse(readFileSync(join(this.folder, '.env')));
    const host = env['POSTGRES_HOST'] ?? '';
    const port = Number(env['POSTGRES_PORT']);
    const database = env['POSTGRES_DB'] ?? '';
    const as = (user: string, password: string | undefined): PgTarget => ({
      host,
      port,
      database,
      user,
      password: password ?? '',
    });
    return {
      owner: as(env['POSTGRES_USER'] ?? '', env['POSTGRES_PASSWORD']),
      superuser: as('postgres', env['POSTGRES_SUPERUSER_PASSWORD']),
      reader: as('shop_bi', env['SHOP_BI_PASSWORD']),
      brokers: env['KAFKA_BROKERS'] ?? '',
    };
  }

  /** A fresh copy of the shop's database, so that each run starts from the same one. `env` of a command that is to use it. */
  async copy(name: string): Promise<{ owner: PgTarget; superuser: PgTarget; env: { POSTGRES_DB: string } }> {
    const { owner, superuser } = this.targets;
    await withClient({ ...superuser, database: 'postgres' }, async (client) => {
      await client.query(`drop database if exists ${name} with (force)`);
      await client.query(
        `create database ${name} owner ${owner.user} template ${owner.database} strategy file_copy`,
      );
    });
    return {
      owner: { ...owner, database: name },
      superuser: { ...superuser, database: name },
      env: { POSTGRES_DB: name },
    };
  }

  async remove(): Promise<void> {
    await this.cli(['down', '--purge']).catch(() => undefined);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
