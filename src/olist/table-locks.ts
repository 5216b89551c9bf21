import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { liveTables } from './live-rollups.ts';

/**
 * What a load fills, in the order in which readers lock it: whoever may not read the shop itself reaches its tables
 * through views, after the tables that the question names. Who waits for the first holds none of the others then.
 */
export const loadedTables: readonly string[] = [
  ...liveTables,
  'shop.orders',
  'shop.products',
  'shop.customers',
];

/** Shorter than the second after which Postgres looks for a deadlock. */
const attemptMs = 500;
const pauseMs = 50;

const inTheWay = (error: unknown): boolean =>
  /^(55P03|40P01)$/.test(String((error as { code?: unknown }).code));

/**
 * Keeps everyone from `tables` until the transaction ends: all at once, before anything is done to one of them. A reader
 * that holds one and wants the next would be in a deadlock with whoever takes them one by one; here both come through,
 * since the locks are let go again where not all can be had. Waits as long as the session's `lock_timeout`.
 */
export async function lockAll(client: pg.Client, tables: readonly string[]): Promise<void> {
  const { rows } = await client.query<{ ms: number }>(
    `select setting::integer as ms from pg_settings where name = 'lock_timeout'`,
  );
  const patienceMs = rows[0]?.ms ?? 0;
  const deadline = performance.now() + patienceMs;
  for (;;) {
    await client.query('savepoint before_locks');
    try {
      await client.query(`set local lock_timeout = ${Math.min(attemptMs, patienceMs)}`);
      await client.query(`lock table ${tables.join(', ')} in access exclusive mode`);
      await client.query(`set local lock_timeout = ${patienceMs}`);
      await client.query('release savepoint before_locks');
      return;
    } catch (error) {
      if (!inTheWay(error) || performance.now() > deadline) throw error;
      await client.query('rollback to savepoint before_locks');
    }
    await delay(pauseMs);
  }
}
