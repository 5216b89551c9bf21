import type { AirflowClient } from './client.ts';
import { findDag } from './dags.ts';
import { type AirflowHealth, readHealth } from './health.ts';
import { type RunReport, type RunSummary, reportOf, summaryOf } from './report.ts';
import { findRun, recentRuns } from './runs.ts';
import { readTaskOrder } from './tasks.ts';

export interface DagStatus {
  airflow: AirflowHealth;
  /** Null where all DAGs were asked for. */
  dag: string | null;
  paused: boolean | null;
  /** Those in which something happened last, first. */
  runs: RunSummary[];
  /** The run that was named, else the first of `runs` of the DAG that was named. */
  latest: RunReport | null;
}

/** @throws ShopPipeError `dag_unknown`, `run_unknown` */
export async function readStatus(
  client: AirflowClient,
  { dag, run, limit, zone }: { dag: string | null; run: string | null; limit: number; zone: string },
): Promise<DagStatus> {
  const airflow = await readHealth(client);
  if (dag === null) {
    const runs = await recentRuns(client, null, limit);
    return { airflow, dag, paused: null, runs: runs.map((one) => summaryOf(one, zone)), latest: null };
  }
  const { is_paused: paused } = await findDag(client, dag);
  const runs = run === null ? await recentRuns(client, dag, limit) : [await findRun(client, dag, run)];
  const [first] = runs;
  const latest =
    first === undefined ? null : await reportOf(client, first, await readTaskOrder(client, dag), zone);
  return { airflow, dag, paused, runs: runs.map((one) => summaryOf(one, zone)), latest };
}
