import type { Difference } from '../metabase/difference.ts';
import { changedLines } from '../metabase/line-diff.ts';
import type { Item } from '../metabase/plan.ts';
import type { DashboardLink, Provisioned } from '../metabase/provision.ts';
import type { CardTest } from '../metabase/smoke.ts';
import type { MetabaseStatus } from '../metabase/status.ts';

export function provisionText(result: Provisioned): string {
  const { url, version, items, dry_run: dry, set_up: setUp, tests } = result;
  const verbs = dry
    ? { create: 'would create', update: 'would change', none: 'as declared' }
    : { create: 'created', update: 'changed', none: 'left' };
  const changed = items.filter(({ action }) => action !== 'none').length;
  const what =
    changed === 0 ? 'nothing differs' : `${changed} of ${items.length} ${dry ? 'differ' : 'made or mended'}`;
  return [
    `Metabase ${version} at ${url}: ${setUp ? 'set up, ' : ''}${what}`,
    ...items.flatMap((item) => itemLines(item, verbs[item.action])),
    ...obsoleteLines(result.obsolete),
    ...testLines(tests),
    ...(!dry && changed === 0 && tests.length === 0
      ? ['cards not asked: nothing changed (shop-pipe metabase status asks them)']
      : []),
    ...linkLines(result.dashboards),
  ].join('\n');
}

export function statusText(status: MetabaseStatus): string {
  const { url, version, items, tests, as_declared: fine } = status;
  const verbs = { create: 'missing', update: 'differs', none: 'as declared' };
  return [
    `Metabase ${version} at ${url}: ${fine ? 'everything is as declared' : 'differs (shop-pipe metabase provision mends it)'}`,
    ...items.flatMap((item) => itemLines(item, verbs[item.action])),
    ...obsoleteLines(status.obsolete),
    ...testLines(tests),
    ...linkLines(status.dashboards),
  ].join('\n');
}

function itemLines({ kind, name, id, differences }: Item, verb: string): string[] {
  const head = `${verb.padEnd(12)}  ${kind.padEnd(10)}  ${name}${id === null ? '' : ` (${id})`}`;
  return [head, ...differences.flatMap(differenceLines)];
}

function differenceLines({ field, found, declared }: Difference): string[] {
  const short = [found, declared].every((side) => !side.includes('\n') && side.length < 60);
  if (short) return [`    ${field}: ${found} -> ${declared}`];
  return [`    ${field}:`, ...changedLines(found, declared).map((line) => `      ${line}`)];
}

function testLines(tests: readonly CardTest[]): string[] {
  const width = Math.max(0, ...tests.map(({ name }) => name.length));
  return tests.map(({ name, ok, rows, ms, error }) =>
    ok
      ? `ok      ${name.padEnd(width)}  ${rows} rows, ${Math.round(ms)} ms`
      : `failed  ${name.padEnd(width)}  ${error}`,
  );
}

const obsoleteLines = (names: readonly string[]): string[] =>
  names.map((name) => `declared no more, left: ${name}`);

const linkLines = (links: readonly DashboardLink[]): string[] =>
  links.map(({ name, url }) => `${name}: ${url}`);
