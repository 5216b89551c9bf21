import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import type { Backfilled } from '../../src/airflow/backfill.ts';
import type { PauseResult } from '../../src/airflow/dags.ts';
import type { DagList } from '../../src/airflow/list.ts';
import type { DagLogs } from '../../src/airflow/logs.ts';
import type { DagStatus } from '../../src/airflow/status.ts';
import type { Triggered } from '../../src/airflow/trigger.ts';
import { contract } from '../../src/cli/documents/contract.ts';
import type { findingDocument } from '../../src/cli/documents/machine.ts';
import { jsonPage, schemaFiles } from '../../src/cli/documents/pages.ts';
import type { serviceDocument } from '../../src/cli/documents/stack.ts';
import type { ErrorDocument } from '../../src/cli/normalise-error.ts';
import type { InitResult } from '../../src/config/init.ts';
import type { DemoResult } from '../../src/demo/demo.ts';
import type { Finding } from '../../src/doctor/finding.ts';
import type { Drawn } from '../../src/erd/files.ts';
import type { DaySource } from '../../src/etl/source.ts';
import type { EtlRun } from '../../src/etl/status.ts';
import type { TopicStatus } from '../../src/kafka/topic-status.ts';
import type { LiveEvent } from '../../src/live/serve.ts';
import type { Maintained } from '../../src/maintenance/maintain.ts';
import type { Provisioned } from '../../src/metabase/provision.ts';
import type { MetabaseStatus } from '../../src/metabase/status.ts';
import type { SeedResult } from '../../src/olist/shop-source.ts';
import type { DryRun } from '../../src/postgres/migrations/dry-run.ts';
import type { Repaired } from '../../src/postgres/migrations/repair.ts';
import type { Migrated, Reverted } from '../../src/postgres/migrations/run.ts';
import type { MigrationStatus } from '../../src/postgres/migrations/status.ts';
import type { Drift } from '../../src/postgres/migrations/verify.ts';
import type { catalogueDocument } from '../../src/reports/catalogue-text.ts';
import type { ReportResult } from '../../src/reports/run.ts';
import type { LogLine } from '../../src/runtime/logs.ts';
import type { ServiceStatus } from '../../src/runtime/service.ts';
import type { StackResult } from '../../src/runtime/stack.ts';
import type { EtlResult } from '../../src/spark/etl.ts';
import type { StreamEvent } from '../../src/spark/stream.ts';
import type { SqlResult } from '../../src/sql/result-document.ts';
import type { RejectCount, RejectList } from '../../src/stream/rejects/list.ts';
import type { PrunedRejects } from '../../src/stream/rejects/prune.ts';
import type { Replayed } from '../../src/stream/rejects/replay.ts';
import type { Reject } from '../../src/stream/rejects/show.ts';
import type { ResetResult } from '../../src/stream/reset.ts';
import type { RunEnd } from '../../src/stream/run.ts';
import type { StartedStream } from '../../src/stream/start.ts';
import type { StreamStatus } from '../../src/stream/status.ts';
import type { StopResult } from '../../src/stream/stop-and-tell.ts';
import type { RestartEvent } from '../../src/stream/supervise.ts';
import type { Verification } from '../../src/verify/verify.ts';
import { leafCommands } from './leaf-commands.ts';

type Contract = typeof contract;
/** The document has every field of the domain's result, and promises no less than its type does. */
type Fits<Result, Document extends z.ZodType<Result>> = Document extends z.ZodType ? true : never;
/** In addition it has no state or null too few: whatever the domain returns passes. */
type Agrees<Result, Document extends z.ZodType<Result>> = Result extends z.output<Document> ? true : never;

// Checked by the compiler: a result that changes without its document is an error here.
const agreements: {
  init: Agrees<InitResult, Contract['init']>;
  doctor: Agrees<Finding, typeof findingDocument>;
  service: Agrees<ServiceStatus, typeof serviceDocument>;
  up: Fits<StackResult, Contract['up']>;
  logs: Agrees<LogLine[], Contract['logs']>;
  migrateUp: Agrees<Migrated, Contract['migrate up']>;
  migrateDown: Agrees<Reverted, Contract['migrate down']>;
  migrateUpDryRun: Agrees<DryRun, Contract['migrate up --dry-run']>;
  migrateDownDryRun: Agrees<DryRun, Contract['migrate down --dry-run']>;
  migrateStatus: Agrees<MigrationStatus, Contract['migrate status']>;
  migrateVerify: Agrees<Drift, Contract['migrate verify']>;
  migrateRepair: Agrees<Repaired, Contract['migrate repair']>;
  seedOlist: Fits<SeedResult, Contract['seed olist']>;
  seedSynthetic: Fits<SeedResult, Contract['seed synthetic']>;
  topicStatus: Agrees<TopicStatus, Contract['topic status']>;
  streamStart: Agrees<StartedStream, Contract['stream start']>;
  streamStop: Agrees<StopResult, Contract['stream stop']>;
  streamStatus: Agrees<StreamStatus, Contract['stream status']>;
  streamRun: Agrees<StreamEvent | RestartEvent | RunEnd, Contract['stream run']>;
  streamReset: Agrees<ResetResult, Contract['stream reset']>;
  rejectsList: Agrees<RejectList, Contract['rejects list']>;
  rejectsCounts: Agrees<RejectCount[], Contract['rejects list --counts']>;
  rejectsShow: Agrees<Reject, Contract['rejects show']>;
  rejectsReplay: Agrees<Replayed, Contract['rejects replay']>;
  rejectsPrune: Agrees<PrunedRejects, Contract['rejects prune']>;
  etlRun: Fits<EtlResult, Contract['etl run']>;
  etlSource: Agrees<DaySource, Contract['etl source']>;
  etlStatus: Agrees<{ runs: EtlRun[] }, Contract['etl status']>;
  dagList: Agrees<DagList, Contract['dag list']>;
  dagTrigger: Agrees<Triggered, Contract['dag trigger']>;
  dagStatus: Agrees<DagStatus, Contract['dag status']>;
  dagBackfill: Agrees<Backfilled, Contract['dag backfill']>;
  dagLogs: Agrees<DagLogs, Contract['dag logs']>;
  dagPause: Agrees<PauseResult, Contract['dag pause']>;
  maintain: Agrees<Maintained, Contract['maintain']>;
  erd: Agrees<Drawn, Contract['erd']>;
  report: Agrees<ReportResult, Contract['report <question>']>;
  live: Agrees<LiveEvent, Contract['live']>;
  catalogue: Agrees<ReturnType<typeof catalogueDocument>, Contract['report']>;
  metabaseProvision: Agrees<Provisioned, Contract['metabase provision']>;
  metabaseStatus: Agrees<MetabaseStatus, Contract['metabase status']>;
  verify: Agrees<Verification, Contract['verify']>;
  sql: Agrees<{ role: string; results: SqlResult[] }, Contract['sql']>;
  demo: Fits<Omit<DemoResult, 'reports'>, Contract['demo']>;
  error: Agrees<{ error: ErrorDocument }, Contract['error']>;
} = {
  init: true,
  doctor: true,
  service: true,
  up: true,
  logs: true,
  migrateUp: true,
  migrateDown: true,
  migrateUpDryRun: true,
  migrateDownDryRun: true,
  migrateStatus: true,
  migrateVerify: true,
  migrateRepair: true,
  seedOlist: true,
  seedSynthetic: true,
  topicStatus: true,
  streamStart: true,
  streamStop: true,
  streamStatus: true,
  streamRun: true,
  streamReset: true,
  rejectsList: true,
  rejectsCounts: true,
  rejectsShow: true,
  rejectsReplay: true,
  rejectsPrune: true,
  etlRun: true,
  etlSource: true,
  etlStatus: true,
  dagList: true,
  dagTrigger: true,
  dagStatus: true,
  dagBackfill: true,
  dagLogs: true,
  dagPause: true,
  maintain: true,
  erd: true,
  report: true,
  live: true,
  catalogue: true,
  metabaseProvision: true,
  metabaseStatus: true,
  verify: true,
  sql: true,
  demo: true,
  error: true,
};

const root = resolve(import.meta.dirname, '../..');
const schemas = join(root, 'docs', 'schemas');

describe('the documents of --json', () => {
  it('exist for each command, and for no other', () => {
    const commands = leafCommands().map(({ path }) => path);
    const described = new Set(Object.keys(contract).map((call) => call.replace(/ [-<].*/, '')));
    expect([...described].sort()).toEqual([...commands, 'error'].sort());
  });

  it('agree with what the domain returns', () => {
    expect(Object.values(agreements)).not.toContain(false);
  });

  it.each(Object.entries(contract))('%s: the example is one', (_, schema: z.ZodType) => {
    const examples = schema.meta()?.['examples'] as unknown[];
    expect(examples).toHaveLength(1);
    expect(schema.parse(examples[0])).toEqual(examples[0]);
  });

  it.each(Object.entries(contract))('%s: a field too many or too few is no document', (_, schema) => {
    const [example] = (schema.meta()?.['examples'] ?? []) as unknown[];
    const one = Array.isArray(example) ? example[0] : example;
    const wrapped = (value: object): unknown => (Array.isArray(example) ? [value] : value);
    expect(schema.safeParse(wrapped({ ...one, event: 'result' })).success).toBe(false);
    const [first, ...others] = Object.entries(one as object);
    expect(schema.safeParse(wrapped(Object.fromEntries(others))).success, first?.[0]).toBe(false);
  });

  it('are not loaded by the command line', () => {
    const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      /^(?!cli\/documents\/).*\.ts$/.test(name),
    );
    expect(files.length).toBeGreaterThan(50);
    for (const file of files)
      expect(readFileSync(join(root, 'src', file), 'utf8'), file).not.toMatch(/['/]documents\//);
  });
});

describe('npm run docs', () => {
  it('wrote docs/schemas, and nothing else is there', () => {
    const files = schemaFiles();
    expect(readdirSync(schemas).sort()).toEqual([...files.keys(), 'order-event.json'].sort());
    for (const [name, text] of files) expect(readFileSync(join(schemas, name), 'utf8'), name).toBe(text);
  });

  it('wrote docs/json.md', () => {
    expect(readFileSync(join(root, 'docs', 'json.md'), 'utf8')).toBe(jsonPage());
  });

  it('says of each field what it means', () => {
    for (const [name, text] of schemaFiles()) {
      expect(Object.keys(JSON.parse(text) as object).slice(0, 3), name).toEqual([
        '$schema',
        'title',
        'description',
      ]);
      for (const [field, described] of fieldsOf(JSON.parse(text)))
        expect(described, `${name} ${field}`).toBe(true);
    }
  });
});

/** Every property below `schema`, with whether it or its type has a description; objects and lists explain themselves. */
function fieldsOf(schema: unknown): [string, boolean][] {
  if (typeof schema !== 'object' || schema === null) return [];
  const properties = (schema as { properties?: Record<string, { description?: string; type?: string }> })
    .properties;
  const own = Object.entries(properties ?? {}).map(([name, { description, type }]): [string, boolean] => [
    name,
    description !== undefined || type === 'object' || type === 'array',
  ]);
  return [
    ...own,
    ...Object.entries(schema).flatMap(([key, value]) => (key === 'examples' ? [] : fieldsOf(value))),
  ];
}
