import type { z } from 'zod';
import {
  dagBackfillDocument,
  dagListDocument,
  dagLogsDocument,
  dagPauseDocument,
  dagStatusDocument,
  dagTriggerDocument,
  dagUnpauseDocument,
} from './dag.ts';
import { demoDocument } from './demo.ts';
import { erdDocument } from './erd.ts';
import { errorDocument } from './error.ts';
import { etlRunDocument, etlSourceDocument, etlStatusDocument } from './etl.ts';
import { liveDocument } from './live.ts';
import { doctorDocument, initDocument } from './machine.ts';
import { maintainDocument } from './maintain.ts';
import { metabaseProvisionDocument, metabaseStatusDocument } from './metabase.ts';
import {
  migrateDownDocument,
  migrateDownDryRunDocument,
  migrateNewDocument,
  migrateRepairDocument,
  migrateStatusDocument,
  migrateUpDocument,
  migrateUpDryRunDocument,
  migrateVerifyDocument,
} from './migrations.ts';
import { produceDocument } from './produce.ts';
import {
  rejectsCountsDocument,
  rejectsListDocument,
  rejectsPruneDocument,
  rejectsReplayDocument,
  rejectsShowDocument,
} from './rejects.ts';
import { reportCatalogueDocument, reportDocument } from './report.ts';
import { seedOlistDocument, seedSyntheticDocument } from './seed.ts';
import { sqlDocument } from './sql.ts';
import { downDocument, logLineDocument, logsDocument, statusDocument, upDocument } from './stack.ts';
import {
  streamResetDocument,
  streamRunDocument,
  streamStartDocument,
  streamStatusDocument,
  streamStopDocument,
} from './stream.ts';
import { topicStatusDocument } from './topic.ts';
import { verifyDocument } from './verify.ts';

/**
 * What `--json` prints, by the call that prints it; `error` takes the place of any of them. The name of a schema's
 * file is the call without its dashes. For docs and tests: no command loads this, it would cost every start.
 */
export const contract = {
  init: initDocument,
  doctor: doctorDocument,
  up: upDocument,
  down: downDocument,
  status: statusDocument,
  logs: logsDocument,
  'logs --follow': logLineDocument,
  'migrate up': migrateUpDocument,
  'migrate up --dry-run': migrateUpDryRunDocument,
  'migrate down': migrateDownDocument,
  'migrate down --dry-run': migrateDownDryRunDocument,
  'migrate status': migrateStatusDocument,
  'migrate verify': migrateVerifyDocument,
  'migrate repair': migrateRepairDocument,
  'migrate new': migrateNewDocument,
  'seed olist': seedOlistDocument,
  'seed synthetic': seedSyntheticDocument,
  'topic status': topicStatusDocument,
  produce: produceDocument,
  'stream start': streamStartDocument,
  'stream stop': streamStopDocument,
  'stream status': streamStatusDocument,
  'stream run': streamRunDocument,
  'stream reset': streamResetDocument,
  'rejects list': rejectsListDocument,
  'rejects list --counts': rejectsCountsDocument,
  'rejects show': rejectsShowDocument,
  'rejects replay': rejectsReplayDocument,
  'rejects prune': rejectsPruneDocument,
  'etl run': etlRunDocument,
  'etl source': etlSourceDocument,
  'etl status': etlStatusDocument,
  'dag list': dagListDocument,
  'dag trigger': dagTriggerDocument,
  'dag status': dagStatusDocument,
  'dag backfill': dagBackfillDocument,
  'dag logs': dagLogsDocument,
  'dag pause': dagPauseDocument,
  'dag unpause': dagUnpauseDocument,
  'report <question>': reportDocument,
  report: reportCatalogueDocument,
  live: liveDocument,
  'metabase provision': metabaseProvisionDocument,
  'metabase status': metabaseStatusDocument,
  verify: verifyDocument,
  sql: sqlDocument,
  maintain: maintainDocument,
  erd: erdDocument,
  demo: demoDocument,
  error: errorDocument,
} as const satisfies Record<string, z.ZodType>;

export type Call = keyof typeof contract;
