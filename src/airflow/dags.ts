import { dataError, environmentError, type ShopPipeError, usageError } from '../errors.ts';
import { closestName } from '../reports/closest-name.ts';
import { type DagAnswer, dagAnswer, dagsAnswer, importErrorsAnswer } from './answers.ts';
import type { AirflowClient } from './client.ts';
import { isMissing } from './client-error.ts';

const pageSize = 100;

export async function readDags(client: AirflowClient): Promise<DagAnswer[]> {
  const dags: DagAnswer[] = [];
  for (;;) {
    const query = { limit: pageSize, offset: dags.length, order_by: 'dag_id' };
    const { dags: page, total_entries: total } = await client.get(['dags'], dagsAnswer, { query });
    dags.push(...page);
    if (page.length === 0 || dags.length >= total) return dags;
  }
}

/** @throws ShopPipeError `dag_unknown` naming the closest one, or `dag_broken` where its file cannot be read. */
export async function findDag(client: AirflowClient, name: string): Promise<DagAnswer> {
  try {
    const dag = await client.get(['dags', name], dagAnswer);
    if (dag.has_import_errors) throw await brokenDag(client, name);
    return dag;
  } catch (error) {
    throw isMissing(error) ? await unknownDag(client, name) : error;
  }
}

async function unknownDag(client: AirflowClient, name: string): Promise<ShopPipeError> {
  const names = (await readDags(client)).map(({ dag_id: id }) => id);
  const [broken] = await importErrors(client);
  if (broken !== undefined && !names.includes(name)) {
    client.progress.warn(`Airflow cannot read ${broken.file}: ${broken.error}`);
  }
  if (names.length === 0) {
    return environmentError(
      'dag_unknown',
      `Airflow at ${client.target.url} has no DAG yet, nor ${shown(name)}`,
      {
        suggestion: 'wait until it has read the DAG files (shop-pipe dag list), or: shop-pipe up airflow',
      },
    );
  }
  const closest = closestName(name, names);
  return usageError(
    'dag_unknown',
    `Airflow has no DAG ${shown(name)}${closest === undefined ? '' : `; did you mean ${closest}?`}`,
    'shop-pipe dag list',
  );
}

/** A name that somebody typed, which may hold anything. */
export const shown = (name: string): string => (/^[\w.:+~-]+$/.test(name) ? name : JSON.stringify(name));

async function brokenDag(client: AirflowClient, name: string): Promise<ShopPipeError> {
  const [broken] = await importErrors(client);
  const why = broken === undefined ? 'its file has an error' : `${broken.file}: ${broken.error}`;
  return dataError('dag_broken', `Airflow cannot read DAG ${name}: ${why}`, {
    suggestion: 'shop-pipe logs airflow-dag-processor',
  });
}

export interface ImportError {
  file: string;
  /** The last line of its stack trace. */
  error: string;
}

/** DAG files that Airflow could not read. */
export async function importErrors(client: AirflowClient): Promise<ImportError[]> {
  const { import_errors: errors } = await client.get(['importErrors'], importErrorsAnswer);
  return errors.map(({ filename, stack_trace: trace }) => ({
    file: filename,
    error: trace.trim().split('\n').at(-1)?.trim() ?? '',
  }));
}

export interface PauseResult {
  dag: string;
  paused: boolean;
  /** Whether it was otherwise before. */
  changed: boolean;
}

/** A paused DAG starts no run, be it due or triggered. */
export async function setPaused(client: AirflowClient, name: string, paused: boolean): Promise<PauseResult> {
  const before = await findDag(client, name);
  if (before.is_paused !== paused)
    await client.send('PATCH', ['dags', name], dagAnswer, { body: { is_paused: paused } });
  return { dag: name, paused, changed: before.is_paused !== paused };
}

/** @throws ShopPipeError `dag_paused` */
export function refusePaused({ dag_id: name, is_paused: paused }: DagAnswer): void {
  if (!paused) return;
  throw dataError('dag_paused', `DAG ${name} is paused: a run of it would not begin`, {
    suggestion: `shop-pipe dag unpause ${name}`,
  });
}
