import { plainTable } from '../reports/plain-table.ts';
import type { EtlRequested, EtlRun } from './status.ts';

/** Runs as lines of a table, the newest first; of a single run its checks as well. */
export function runsText(runs: readonly EtlRun[], withChecks: boolean): string {
  if (runs.length === 0) return 'the batch has not run yet (shop-pipe etl run)';
  const head = ['run', 'state', 'asked for', 'days', 'lines', 'seconds', 'checks', 'started at'];
  const rows = runs.map((run) => [
    String(run.run_id),
    run.state,
    asked(run.requested),
    run.days === null ? '-' : count(run.days.length),
    count(run.rows?.['fact_orders']),
    run.seconds?.['total']?.toFixed(1) ?? '-',
    checked(run),
    run.started_at.slice(0, 19).replace('T', ' '),
  ]);
  const errors = runs.flatMap(({ run_id: id, error }) => (error === null ? [] : [`run ${id}: ${error}`]));
  return [...plainTable(head, rows), ...errors, ...(withChecks ? runs.flatMap(checkLines) : [])].join('\n');
}

function checkLines({ checks }: EtlRun): string[] {
  return checks.map(({ name, ok, expected, actual }) =>
    ok ? `ok    ${name}  ${actual}` : `FAIL  ${name}  expected ${expected}, found ${actual}`,
  );
}

function checked({ checks }: EtlRun): string {
  if (checks.length === 0) return '-';
  const failed = checks.filter(({ ok }) => !ok).length;
  return failed === 0 ? `${checks.length} held` : `${failed} of ${checks.length} failed`;
}

function asked(requested: EtlRequested): string {
  if (requested.kind === 'full') return 'full';
  const which =
    requested.kind === 'range'
      ? `${requested.from} to ${requested.to}`
      : requested.days.length === 1
        ? (requested.days[0] ?? '')
        : `${requested.days.length} days`;
  return requested.only ? `${which} only` : which;
}

const count = (n: number | undefined): string => n?.toLocaleString('en-US') ?? '-';
