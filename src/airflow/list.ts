import type { DagAnswer } from './answers.ts';
import type { AirflowClient } from './client.ts';
import { type ImportError, importErrors, readDags } from './dags.ts';
import { type RunSummary, summaryOf } from './report.ts';
import { recentRuns } from './runs.ts';

export interface DagLine {
  dag: string;
  paused: boolean;
  /** As its file has it, e.g. `0 0 * * *`; null for one that only runs when asked. */
  schedule: string | null;
  /** The run in which something happened last. */
  last_run: RunSummary | null;
  /** When the next one is due, ISO 8601. */
  next_run_at: string | null;
}

export interface DagList {
  dags: DagLine[];
  /** DAG files that Airflow cannot read. */
  import_errors: ImportError[];
}

/** So many are asked for at the same time. */
const atOnce = 8;

export async function listDags(client: AirflowClient, zone: string): Promise<DagList> {
  const [dags, errors] = await Promise.all([readDags(client), importErrors(client)]);
  const lines: DagLine[] = [];
  for (let first = 0; first < dags.length; first += atOnce) {
    const some = dags.slice(first, first + atOnce);
    lines.push(...(await Promise.all(some.map((dag) => lineOf(client, dag, zone)))));
  }
  return { dags: lines, import_errors: errors };
}

async function lineOf(client: AirflowClient, dag: DagAnswer, zone: string): Promise<DagLine> {
  const [last] = await recentRuns(client, dag.dag_id, 1);
  return {
    dag: dag.dag_id,
    paused: dag.is_paused,
    schedule: dag.timetable_summary,
    last_run: last === undefined ? null : summaryOf(last, zone),
    next_run_at: dag.next_dagrun_run_after,
  };
}
