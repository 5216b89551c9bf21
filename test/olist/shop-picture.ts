import { withClient } from '../../src/postgres/connection.ts';
import type { PgTarget } from '../../src/postgres/target.ts';

/** Every row of the shop and of the books, where it lies and which transaction wrote it: equal if nothing was written. */
export function pictureOf(target: PgTarget): Promise<unknown> {
  return withClient(target, async (client) => {
    const tables = [
      'shop.customers',
      'shop.products',
      'shop.orders',
      'ops.seeds',
      'ops.changed_days',
      'ops.rejects',
      'ops.settings',
    ];
    const picture: Record<string, unknown> = {};
    for (const table of tables) {
      const { rows } = await client.query(
        `select count(*) as n, md5(string_agg(concat(ctid, ' ', xmin, ' ', t), '' order by ctid)) as rows from ${table} as t`,
      );
      picture[table] = rows[0];
    }
    picture['staged'] = (
      await client.query(`select relname from pg_class where relnamespace = 'seed_stage'::regnamespace`)
    ).rows;
    return picture;
  });
}

/** Keys, checks and indexes of the shop's tables and of the rollups, with their comments, as the catalog has them. */
export function definitionsOf(target: PgTarget): Promise<unknown[]> {
  return withClient(target, async (client) => {
    const { rows } = await client.query(
      `select conname, conrelid::regclass, pg_get_constraintdef(oid), convalidated, condeferrable, connoinherit,
        obj_description(oid, 'pg_constraint')
      from pg_constraint where connamespace in ('shop'::regnamespace, 'live'::regnamespace)
      union all
      select indexrelid::regclass::text, indrelid::regclass, pg_get_indexdef(indexrelid), indisvalid, indisprimary,
        indisunique, obj_description(indexrelid, 'pg_class')
      from pg_index where indrelid in (select oid from pg_class where relnamespace in ('shop'::regnamespace, 'live'::regnamespace))
      order by 1, 2`,
    );
    return rows;
  });
}

/** All rows of a query, for a short look in a test. */
export const rowsOf = <T>(target: PgTarget, sql: string, values: unknown[] = []): Promise<T[]> =>
  withClient(target, async (client) => (await client.query(sql, values)).rows as T[]);
