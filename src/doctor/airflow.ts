import { dagsAnswer } from '../airflow/answers.ts';
import { AirflowClient } from '../airflow/client.ts';
import { importErrors } from '../airflow/dags.ts';
import { notOurAirflow } from '../airflow/own-airflow.ts';
import { probeAirflow } from '../airflow/probe.ts';
import type { Config } from '../config/config.ts';
import { ShopPipeError } from '../errors.ts';
import { silent } from '../progress.ts';
import { airflowListen } from '../runtime/native/airflow/settings.ts';
import type { ServiceState, ServiceStatus } from '../runtime/service.ts';
import { type Finding, ok, problem, warning } from './finding.ts';
import { checkIdle } from './idle.ts';

/** The Airflow that is to be started, or the one that runs: whether it lets us in, is at work and reads the DAGs. */
export async function checkAirflow(
  config: Config,
  services: readonly ServiceStatus[],
  signal: AbortSignal,
): Promise<Finding> {
  const { url, user, password } = config.airflow;
  const parts = services.filter(({ name }) => name.startsWith('airflow'));
  const external = parts.some(({ name }) => name === 'airflow');
  const elsewhere = external ? null : notOurAirflow(url);
  if (elsewhere !== null)
    return problem(
      'airflow',
      `${elsewhere}, but shop-pipe is to run it itself`,
      'for one that runs already set SHOP_PIPE_EXTERNAL=airflow in .env',
    );
  if (!external) {
    const idle = await checkIdle('airflow', worst(parts), airflowListen(url));
    if (idle) return idle;
  }
  const pulse = await probeAirflow(url);
  if (!pulse.ready)
    return problem('airflow', `at ${url} does not answer (${pulse.detail})`, 'shop-pipe logs airflow');
  try {
    const target = { url, user, password };
    const client = new AirflowClient({ target, progress: silent, signal });
    await client.get(['dags'], dagsAnswer);
    const [broken] = await importErrors(client);
    const sick = [
      ...(pulse.scheduler.healthy ? [] : ['scheduler']),
      ...(pulse.dagProcessor.healthy ? [] : ['DAG processor']),
    ];
    if (sick.length > 0)
      return problem('airflow', `its ${sick.join(' and ')} shows no heartbeat`, 'shop-pipe up airflow');
    if (broken)
      return warning(
        'airflow',
        `cannot read ${broken.file}: ${broken.error}`,
        'shop-pipe logs airflow-dag-processor',
      );
    const version = parts[0]?.version ?? null;
    return ok('airflow', `${version === null ? '' : `${version} `}at ${url}`);
  } catch (error) {
    if (!(error instanceof ShopPipeError)) throw error;
    return problem('airflow', error.message, error.suggestion ?? 'shop-pipe up airflow');
  }
}

/** One that failed, else one that runs, else stopped. */
function worst(parts: readonly ServiceStatus[]): ServiceState | undefined {
  const states = parts.map(({ state }) => state);
  return (
    states.find((state) => state === 'failed') ?? states.find((state) => state !== 'stopped') ?? states[0]
  );
}
