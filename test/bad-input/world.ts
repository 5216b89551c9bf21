import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withClient } from '../../src/postgres/connection.ts';
import type { PgTarget } from '../../src/postgres/target.ts';
import { pictureOf } from '../olist/shop-picture.ts';
import { filesOf, type Scratch, scratch } from '../olist/small-olist.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { type Called, call } from './call.ts';

/** A project folder with `.env`, and a database that holds the small Olist dataset. */
export class World {
  readonly database: TestDatabase;
  readonly place: Scratch;
  /** Where commands run. */
  readonly folder: string;
  /** Of the small dataset, as it was seeded. */
  readonly olist: string;
  #others: TestDatabase[] = [];

  private constructor(database: TestDatabase, place: Scratch, olist: string) {
    this.database = database;
    this.place = place;
    this.olist = olist;
    this.folder = join(place.path, 'project');
  }

  static async make(): Promise<World> {
    const place = await scratch();
    const world = new World(await testDatabase(), place, await place.zip(filesOf()));
    mkdirSync(world.folder);
    const lines = Object.entries(settingsOf(world.database)).map(([name, value]) => `${name}=${value}\n`);
    writeFileSync(join(world.folder, '.env'), lines.join(''), { mode: 0o600 });
    const { exit, stdout } = await world.call(['seed', 'olist', '--path', world.olist, '--json']);
    if (exit !== 0) throw new Error(stdout);
    return world;
  }

  call(argv: readonly string[], env: Record<string, string> = {}): Promise<Called> {
    return call(argv, this.folder, env);
  }

  /** The settings that lead to a database of its own, after `prepare` has made of it what a case needs. */
  async other(
    options: { migrated: boolean },
    prepare: string,
    as: 'superuser' | 'owner' = 'superuser',
  ): Promise<Record<string, string>> {
    const database = await testDatabase(options);
    this.#others.push(database);
    const target: PgTarget =
      as === 'owner' ? database.owner : { ...database.superuser, database: database.owner.database };
    await withClient(target, (client) => client.query(prepare));
    return { POSTGRES_DB: database.owner.database };
  }

  asSuperuser(sql: string): Promise<unknown> {
    return withClient({ ...this.database.superuser, database: 'postgres' }, (client) => client.query(sql));
  }

  /** Each row of the shop and of the books, and where it lies: the same means that nothing was written. */
  async picture(): Promise<unknown> {
    const curated = await withClient(this.database.owner, async (client) => {
      const { rows } = await client.query(
        `select (select count(*) from curated.fact_orders) as facts, (select count(*) from ops.etl_runs) as runs,
          (select max(version) from public.shop_pipe_migrations) as migration,
          (select count(*) from live.hourly_sales) as live`,
      );
      return rows[0] as unknown;
    });
    return { shop: await pictureOf(this.database.owner), curated };
  }

  passwords(): string[] {
    const { superuser, owner, etl, stream, bi } = this.database;
    return [superuser, owner, etl, stream, bi].map(({ password }) => password);
  }

  async remove(): Promise<void> {
    for (const database of [...this.#others, this.database]) await database.drop();
    await this.place.remove();
  }
}

/** The settings that lead to a database, by environment or `.env`. */
export const settingsOf = ({ superuser, owner, etl, stream, bi }: TestDatabase): Record<string, string> => ({
  POSTGRES_HOST: owner.host,
  POSTGRES_PORT: String(owner.port),
  POSTGRES_DB: owner.database,
  POSTGRES_USER: owner.user,
  POSTGRES_PASSWORD: owner.password,
  POSTGRES_SUPERUSER_PASSWORD: superuser.password,
  SHOP_ETL_PASSWORD: etl.password,
  SHOP_STREAM_PASSWORD: stream.password,
  SHOP_BI_PASSWORD: bi.password,
  SHOP_TIMEZONE: 'America/Sao_Paulo',
});
