import type { z } from 'zod';
import { demoDocument } from './demo.ts';
import { errorDocument } from './error.ts';
import { etlRunDocument } from './etl.ts';
import { doctorDocument, initDocument } from './machine.ts';
import {
  migrateDownDocument,
  migrateNewDocument,
  migrateStatusDocument,
  migrateUpDocument,
} from './migrations.ts';
import { produceDocument } from './produce.ts';
import { reportCatalogueDocument, reportDocument } from './report.ts';
import { seedOlistDocument, seedSyntheticDocument } from './seed.ts';
import { downDocument, logLineDocument, logsDocument, statusDocument, upDocument } from './stack.ts';
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
  'migrate down': migrateDownDocument,
  'migrate status': migrateStatusDocument,
  'migrate new': migrateNewDocument,
  'seed olist': seedOlistDocument,
  'seed synthetic': seedSyntheticDocument,
  'topic status': topicStatusDocument,
  produce: produceDocument,
  'etl run': etlRunDocument,
  'report <question>': reportDocument,
  report: reportCatalogueDocument,
  verify: verifyDocument,
  demo: demoDocument,
  error: errorDocument,
} as const satisfies Record<string, z.ZodType>;

export type Call = keyof typeof contract;
