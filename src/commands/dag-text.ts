import type { DagList } from '../airflow/list.ts';
import type { DagLogs } from '../airflow/logs.ts';
import type { DagStatus } from '../airflow/status.ts';
import { taskName } from '../airflow/task-text.ts';
import { type Drawn, reportText } from './dag-run-text.ts';

export function listText({ dags, import_errors: errors }: DagList): string {
  const rows = dags.map(({ dag, paused, schedule, last_run: last, next_run_at: next }) => [
    dag,
    paused ? 'paused' : 'on',
    schedule ?? '-',
    last === null ? '-' : `${last.state} ${last.date ?? last.run_id}`,
    paused || next === null ? '-' : minute(next),
  ]);
  const broken = errors.map(({ file, error }) => `cannot be read: ${file}: ${error}`);
  if (rows.length === 0) return ['Airflow has read no DAG yet', ...broken].join('\n');
  return [table(['dag', 'state', 'schedule', 'last run', 'next run'], rows), ...broken].join('\n');
}

export function statusText({ airflow, dag, paused, runs, latest }: DagStatus, style: Drawn): string {
  const { scheduler, dag_processor: processor } = airflow;
  const part = (name: string, { healthy, heartbeat_at: at }: typeof scheduler): string =>
    `${name} ${healthy ? 'healthy' : at === null ? 'never ran' : `not heard of since ${minute(at)}`}`;
  const head = `Airflow ${airflow.version} at ${airflow.url}: ${part('scheduler', scheduler)}, ${part('dag-processor', processor)}`;
  const rows = runs.map((run) => [
    run.dag,
    run.date ?? '-',
    run.state,
    run.type,
    run.started_at === null ? '-' : minute(run.started_at),
    run.seconds === null ? '-' : `${run.seconds.toFixed(1)} s`,
    run.run_id,
  ]);
  return [
    head,
    ...(paused ? [`${dag} is paused (shop-pipe dag unpause ${dag})`] : []),
    rows.length === 0
      ? 'no run yet'
      : table(['dag', 'date', 'state', 'type', 'started', 'took', 'run'], rows),
    ...(latest === null ? [] : ['', reportText(latest, style)]),
  ].join('\n');
}

export function logsText({ run_id: run, logs }: DagLogs): string {
  if (logs.length === 0) return `no task of ${run} was tried yet`;
  return logs
    .flatMap((log) => [
      `== ${taskName(log)}, try ${log.try} (${log.state ?? 'waiting'})`,
      ...log.lines.map(({ at, level, text }) =>
        [at?.slice(11, 23), level === null || level === 'info' ? undefined : level, text]
          .filter((cell) => cell !== undefined)
          .join(' '),
      ),
    ])
    .join('\n');
}

const minute = (instant: string): string => `${instant.slice(0, 16).replace('T', ' ')}Z`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(head), ...rows.map(line)].join('\n');
}
