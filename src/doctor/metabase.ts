import { notServedHere } from '../airflow/own-airflow.ts';
import type { Config } from '../config/config.ts';
import { ShopPipeError } from '../errors.ts';
import { probeMetabase } from '../metabase/probe.ts';
import { listenAt } from '../runtime/native/airflow/settings.ts';
import type { ServiceStatus } from '../runtime/service.ts';
import { findMetabaseJava } from '../toolchain/metabase.ts';
import { type Finding, ok, problem, warning } from './finding.ts';
import { checkIdle } from './idle.ts';

/** @param status of ours or of a foreign one; undefined where the runtime has none. */
export async function checkMetabase(config: Config, status: ServiceStatus | undefined): Promise<Finding[]> {
  const { url } = config.metabase.target;
  if (status === undefined) return [];
  if (!config.external.includes('metabase')) {
    const wanted = config.metabase.jar !== null || status.state !== 'stopped';
    const elsewhere = wanted ? notServedHere(url, 'METABASE_URL') : null;
    if (elsewhere !== null)
      return [
        problem(
          'metabase',
          `${elsewhere}, but shop-pipe is to run it itself`,
          'for one that runs already set SHOP_PIPE_EXTERNAL=metabase in .env',
        ),
      ];
    const java = checkJava(config, wanted);
    if (!wanted) return [java, ok('metabase', 'not started by up alone; shop-pipe up metabase does it')];
    const idle = await checkIdle('metabase', status.state, listenAt(url, 'METABASE_URL'));
    if (idle) return [java, idle];
    return [java, await checkAnswer(url, status)];
  }
  return [await checkAnswer(url, status)];
}

async function checkAnswer(url: string, { version }: ServiceStatus): Promise<Finding> {
  const { ready, detail } = await probeMetabase(url);
  return ready
    ? ok('metabase', `${version === null ? '' : `${version} `}at ${url}`)
    : problem('metabase', `at ${url} does not answer (${detail})`, 'shop-pipe logs metabase');
}

/** Without a newer Java the pipeline is whole but for `up metabase`. */
function checkJava({ metabase }: Config, wanted: boolean): Finding {
  try {
    const { version, home } = findMetabaseJava(metabase.javaHome);
    return ok('java for metabase', `${version} in ${home}`);
  } catch (error) {
    if (!(error instanceof ShopPipeError)) throw error;
    const remedy = error.suggestion ?? 'set METABASE_JAVA_HOME in .env';
    return wanted
      ? problem('java for metabase', error.message, remedy)
      : warning('java for metabase', `${error.message}; all but up metabase works`, remedy);
  }
}
