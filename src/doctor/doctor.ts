import type { Config } from '../config/config.ts';
import type { Project } from '../config/project.ts';
import { ShopPipeError } from '../errors.ts';
import { withClient } from '../postgres/connection.ts';
import { silent } from '../progress.ts';
import { recordedRuntime } from '../runtime/choose.ts';
import { openRuntime } from '../runtime/open.ts';
import type { ServiceState } from '../runtime/service.ts';
import { checkAirflow } from './airflow.ts';
import { checkDocker } from './docker.ts';
import { type Finding, ok, problem } from './finding.ts';
import { checkIdle } from './idle.ts';
import { checkKafka } from './kafka.ts';
import { checkDisk, checkEnvFile, checkMemory, checkTools } from './machine.ts';
import { checkMetabase } from './metabase.ts';

export interface DoctorContext {
  project: Project;
  /** Throws what is wrong with `.env`. */
  config: () => Promise<Config>;
  signal: AbortSignal;
}

/** Looks at everything the stack depends on; changes nothing. */
export async function examine({ project, config, signal }: DoctorContext): Promise<Finding[]> {
  const read = await config().catch((error: unknown) => error as ShopPipeError);
  const known = read instanceof Error ? null : read;
  const chosen = known?.runtime ?? recordedRuntime(project.home);
  const docker = await checkDocker(chosen, known?.compose.profiles ?? []);
  const findings = [
    // Containers bring a JDK and a Python of their own, and have Docker's memory.
    ...checkTools().filter(({ name }) => chosen !== 'compose' || name === 'node'),
    ...(chosen === 'compose' ? [] : [checkMemory()]),
    ...checkDisk(project.home),
    docker,
    checkEnvFile(project.envFile),
  ];
  if (read instanceof ShopPipeError) {
    if (read.code !== 'not_initialised')
      findings.push(problem('configuration', read.message, read.suggestion ?? 'mend .env'));
    return findings;
  }
  if (read instanceof Error) throw read;
  findings.push(ok('configuration', `time zone ${read.timezone}, Spark ${read.sparkMaster}`));
  if (chosen === 'compose' && docker.level === 'problem') return findings;
  const runtime = await openRuntime({ config: read, project, progress: silent, signal });
  const services = await runtime.status();
  const stateOf = (name: string): ServiceState | undefined =>
    services.find((service) => service.name === name)?.state;
  findings.push(
    ...(await Promise.all([
      checkPostgres(read, stateOf('postgres')),
      checkKafka(read, stateOf('kafka'), services.find(({ name }) => name === 'kafka')?.version ?? null),
      checkAirflow(read, services, signal),
    ])),
    ...(await checkMetabase(
      read,
      services.find(({ name }) => name === 'metabase'),
    )),
  );
  return findings;
}

async function checkPostgres(config: Config, state: ServiceState | undefined): Promise<Finding> {
  const { host, port } = config.postgres;
  const idle = await checkIdle('postgres', state, { host, port, variable: 'POSTGRES_PORT' });
  if (idle) return idle;
  try {
    const version = await withClient(config.postgres.owner, async (client) => {
      const { rows } = await client.query<{ server_version: string }>('show server_version');
      return rows[0]?.server_version ?? '';
    });
    if (Number.parseInt(version, 10) < 16)
      return problem('postgres', `server ${version}; 16 or newer is needed`, 'upgrade the database server');
    return ok('postgres', `${version} at ${host}:${port}`);
  } catch (error) {
    if (!(error instanceof ShopPipeError)) throw error;
    return problem('postgres', error.message, error.suggestion ?? 'shop-pipe up');
  }
}
