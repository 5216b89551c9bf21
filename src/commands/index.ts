import type { Register } from '../cli/command.ts';
import { registerDag } from './dag.ts';
import { registerDemo } from './demo.ts';
import { registerDoctor } from './doctor.ts';
import { registerDown } from './down.ts';
import { registerErd } from './erd.ts';
import { registerEtl } from './etl.ts';
import { registerInit } from './init.ts';
import { registerLive } from './live.ts';
import { registerLogs } from './logs.ts';
import { registerMaintain } from './maintain.ts';
import { registerMetabase } from './metabase.ts';
import { registerMigrate } from './migrate.ts';
import { registerProduce } from './produce.ts';
import { registerRejects } from './rejects.ts';
import { registerReport } from './report.ts';
import { registerSeed } from './seed.ts';
import { registerSql } from './sql.ts';
import { registerStatus } from './status.ts';
import { registerStream } from './stream.ts';
import { registerTopic } from './topic.ts';
import { registerUp } from './up.ts';
import { registerVerify } from './verify.ts';

/** In the order of `--help`. */
export const commands: readonly Register[] = [
  registerInit,
  registerDoctor,
  registerUp,
  registerDown,
  registerStatus,
  registerLogs,
  registerMigrate,
  registerSeed,
  registerTopic,
  registerProduce,
  registerStream,
  registerRejects,
  registerEtl,
  registerDag,
  registerReport,
  registerLive,
  registerMetabase,
  registerVerify,
  registerMaintain,
  registerSql,
  registerErd,
  registerDemo,
];
