import type { DryRun } from '../postgres/migrations/dry-run.ts';
import type { Ran } from '../postgres/migrations/run.ts';
import type { MigrationStatus } from '../postgres/migrations/status.ts';
import { plainTable } from '../reports/plain-table.ts';

const position = (current: string | null): string =>
  current === null ? 'the database has no migration' : `the database is at ${current}`;

export function ranText(did: string, ran: readonly Ran[], current: string | null): string {
  const lines = ran.map(
    ({ version, name, seconds }) => `${did} ${version} ${name} (${seconds.toFixed(2)} s)`,
  );
  const at = position(current);
  return [...lines, ran.length === 0 ? `${at}; nothing to do` : at].join('\n');
}

export function dryRunText({ direction, plan, current }: DryRun): string {
  const would = direction === 'up' ? 'would apply' : 'would undo';
  if (plan.length === 0) return `${position(current)}; nothing to do`;
  const lines = plan.map(({ version, name, transaction, statements, statements_done: done }) => {
    const count = `${statements} ${statements === 1 ? 'statement' : 'statements'}`;
    const mode = transaction ? 'in a transaction' : 'without a transaction, one by one';
    return `${would} ${version} ${name} (${count} ${mode}${done > 0 ? `, ${done} of them done already` : ''})`;
  });
  const then =
    current === null ? 'the database would have no migration' : `the database would be at ${current}`;
  return [...lines, `${then}; nothing was changed`].join('\n');
}

export function statusText({ migrations, up_to_date: upToDate }: MigrationStatus): string {
  const rows = migrations.map(({ version, name, state, applied_at: at }) => [
    version,
    name,
    state,
    at ?? '-',
  ]);
  const head = ['version', 'name', 'state', 'applied at'];
  const errors = migrations.flatMap(({ version, error }) => (error === null ? [] : [`${version}: ${error}`]));
  return [...plainTable(head, rows), ...errors, upToDate ? 'up to date' : 'not up to date'].join('\n');
}
