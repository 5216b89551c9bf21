import type pg from 'pg';
import type { KafkaTarget } from '../kafka/target.ts';
import { cancelOnAbort } from '../postgres/cancel.ts';
import { inTransaction, withClient } from '../postgres/connection.ts';
import type { PgTarget } from '../postgres/target.ts';
import type { Progress, Step } from '../progress.ts';
import type { Check } from './check.ts';
import { curatedChecks, strictCuratedChecks } from './curated.ts';
import type { DeepFinding } from './deep/deep.ts';
import { type DeepWork, prepareDeep } from './deep/prepare.ts';
import { liveChecks } from './live.ts';
import { orderRowsCheck } from './order-rows.ts';
import { readScope } from './scope.ts';
import {
  askAboutStreams,
  refuseUnreadable,
  type StreamFinding,
  streamChecks,
  strictStreamChecks,
} from './stream/stream-checks.ts';
import { verifyError } from './verify-error.ts';

export interface VerifyContext {
  /** The owner: it alone sees shop, curated and ops. */
  owner: PgTarget;
  /** SHOP_TIMEZONE. */
  timezone: string;
  /** The cluster that streams read from; without it their ledgers are not held against Kafka. */
  kafka?: KafkaTarget | undefined;
  progress: Progress;
  signal?: AbortSignal | undefined;
}

export interface Verification {
  /** Whether every check passed. */
  ok: boolean;
  checks: Check[];
  curated_days: number;
  /** Curated days whose orders changed since, `YYYY-MM-DD`: left out of the comparison with the shop until rebuilt. */
  pending: string[];
  pending_days: number;
  /** Days with orders that were never curated: information, no failure. */
  uncurated: string[];
  uncurated_days: number;
  /** Customers and products whose attributes changed since the last run. */
  pending_customers: number;
  pending_products: number;
  /** Whether the real-time rollups were ever made; where not, nothing is compared with them. */
  live: boolean;
  /** None where no stream was ever started. */
  streams: StreamFinding[];
  /** What reading Kafka again came to; null without `deep`. */
  deep: DeepFinding | null;
  seconds: number;
}

export interface VerifyOptions {
  /** What is pending, lags or could not be checked fails too. */
  strict?: boolean | undefined;
  /** Reads every message of the streams again. */
  deep?: boolean | undefined;
}

/**
 * Compares in one snapshot, reading only: curated with the shop (`curatedChecks`), the real-time rollups with the orders,
 * the batches of streams with their ledger, the ledger with Kafka, which is asked just after the snapshot was taken, and
 * with `deep` every order with the messages that made it.
 *
 * @throws ShopPipeError `not_migrated`, `unknown_timezone`, or what a connection can suffer; a mismatch is no error.
 */
export async function verify(context: VerifyContext, options: VerifyOptions = {}): Promise<Verification> {
  const { owner, progress, signal } = context;
  const started = performance.now();
  return await withClient(
    owner,
    async (client) => {
      const step = progress.step('verifying');
      try {
        const deep = options.deep ? await prepareDeep(client, context) : null;
        const found = await cancelOnAbort(owner, client, signal, () =>
          inTransaction(
            client,
            () => inSnapshot(client, context, step, options.strict ?? false, deep),
            'begin transaction isolation level repeatable read, read only',
          ),
        );
        step.end(`${found.checks.filter(({ ok }) => ok).length} of ${found.checks.length} checks passed`);
        return { ...found, seconds: Math.round(performance.now() - started) / 1000 };
      } catch (error) {
        step.fail();
        throw verifyError(error, owner, signal);
      }
    },
    { name: 'verify' },
  );
}

async function inSnapshot(
  client: pg.Client,
  context: VerifyContext,
  step: Step,
  strict: boolean,
  foldKafka: DeepWork | null,
): Promise<Omit<Verification, 'seconds'>> {
  let done = 0;
  const at = (what: string): void => {
    context.signal?.throwIfAborted();
    step.advance(done++, what);
  };
  at('books');
  await client.query(settings);
  const scope = await readScope(client, context.timezone);
  await client.query(`set local timezone = ${client.escapeLiteral(scope.timezone)}`);
  at('Kafka');
  const asked = await askAboutStreams(client, context.owner, context.kafka);
  if (foldKafka !== null) refuseUnreadable(asked);

  const { checks, pending } = await curatedChecks(client, scope, context.timezone, at);
  checks.push(...(await liveChecks(client, scope, context.timezone, at)));
  at('orders_one_version');
  checks.push(await orderRowsCheck(client));
  at('streams');
  const { checks: ofStreams, streams } = await streamChecks(client, asked);
  checks.push(...ofStreams);
  const folded = foldKafka === null ? null : await foldKafka(asked);
  if (folded) checks.push(...folded.checks);
  if (strict) {
    checks.push(...strictCuratedChecks(scope, pending), ...strictStreamChecks(streams));
  }
  return {
    ok: checks.every(({ ok }) => ok),
    checks,
    curated_days: scope.curated.length,
    pending: scope.pending,
    pending_days: scope.pending.length,
    uncurated: scope.uncurated,
    uncurated_days: scope.uncurated.length,
    pending_customers: pending.customers,
    pending_products: pending.products,
    live: scope.liveTimezone !== null,
    streams,
    deep: folded?.deep ?? null,
  };
}

// Room for sorts and hashes of the comparison; plain planning beats compiling at these sizes. While Kafka is read, the
// transaction is idle.
const settings = `
  set local work_mem = '128MB';
  set local jit = off;
  set local statement_timeout = 0;
  set local idle_in_transaction_session_timeout = 0`;
