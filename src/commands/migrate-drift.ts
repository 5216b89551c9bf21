import type { Difference } from '../postgres/catalog/compare.ts';
import type { Drift, MigrationDrift } from '../postgres/migrations/verify.ts';

/** A line for each difference, and one that sums up. */
export function driftText({ ok, current, objects, migrations, differences }: Drift): string {
  const at = current === null ? 'no migration' : `the migrations up to ${current}`;
  const count = migrations.length + differences.length;
  return [
    ...migrations.map(migrationLine),
    ...differences.map(differenceLine),
    ok
      ? `no drift: ${objects} objects are as ${at} ${current === null ? 'leaves' : 'make'} them`
      : `${count} ${count === 1 ? 'difference' : 'differences'} from what ${at} ${current === null ? 'leaves' : 'make'}`,
  ].join('\n');
}

const states: Record<MigrationDrift['state'], string> = {
  changed: 'changed after it was applied',
  missing: 'applied, but there is no such file',
  half_run: 'stopped half way',
  out_of_order: 'not applied, but later ones are',
};

const migrationLine = ({ version, name, state }: MigrationDrift): string =>
  `${version}_${name}: ${states[state]}`;

function differenceLine({ what, kind, name, field, expected, actual }: Difference): string {
  if (what === 'only_in_database') return `only in the database: ${kind} ${name}`;
  if (what === 'missing_in_database') return `missing in the database: ${kind} ${name}`;
  const [one, two] = [expected ?? 'none', actual ?? 'none'];
  // A function's body is no line; --json has both in full.
  const told =
    [one, two].every((value) => !value.includes('\n') && value.length <= 200) && field !== 'definition';
  const values = told ? `: ${one} by the migrations, ${two} in the database` : '';
  return `differs: ${kind} ${name} ${field}${values}`;
}
