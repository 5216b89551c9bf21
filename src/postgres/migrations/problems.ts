import type pg from 'pg';
import { entryName, type HistoryEntry } from './history.ts';
import { labelOf } from './plan.ts';
import { resumeAt } from './resume.ts';

export interface MigrationProblem {
  problem: 'changed' | 'renamed' | 'missing' | 'half_run' | 'out_of_order' | 'invalid_index';
  /** Null for an index, of which no one knows which migration it is of. */
  version: string | null;
  /** One line that says what is wrong. */
  what: string;
  /** What can be done about it, the likeliest first; commands to paste where there are any. */
  remedies: string[];
}

/** What keeps `migrate up` from going on, or was left behind by one that stopped. */
export async function migrationProblems(
  client: pg.Client,
  entries: readonly HistoryEntry[],
): Promise<MigrationProblem[]> {
  return [...entries.flatMap((entry) => problemOf(entry, entries)), ...(await invalidIndexes(client))];
}

const repair = 'shop-pipe migrate repair';

function problemOf(entry: HistoryEntry, entries: readonly HistoryEntry[]): MigrationProblem[] {
  const version = labelOf(entry);
  const name = entryName(entry);
  const told = (problem: MigrationProblem['problem'], what: string, remedies: string[]) => [
    { problem, version, what, remedies },
  ];
  switch (entry.state) {
    case 'changed':
      return told('changed', `${name} was changed after it was applied (${entry.row?.applied_at})`, [
        `git checkout HEAD -- sql/migrations/${name}`,
        `${repair} --accept-checksum ${version} (where the change makes the same tables: shop-pipe migrate verify)`,
      ]);
    case 'missing': {
      const heir = entries.find(({ file, row }) => row === null && file?.checksum === entry.row?.checksum);
      if (heir) {
        return told('missing', `${name} is ${entryName(heir)} now`, [
          `${repair} --mark-pending ${version} --mark-applied ${labelOf(heir)}`,
        ]);
      }
      return told('missing', `${name} is applied, but there is no such file`, [
        'bring the file back, or update this clone: the database may be newer (git pull)',
        `${repair} --mark-pending ${version} (where what it made is undone by hand)`,
      ]);
    }
    case 'half_run':
      return told('half_run', `${name} ${halfRun(entry)}`, [
        ...(resumeAt(entry) ? ['shop-pipe migrate up (goes on where it stopped)'] : []),
        ...(entry.file?.down ? ['shop-pipe migrate down, then shop-pipe migrate up'] : []),
        `${repair} --mark-applied ${version} (where it was finished by hand)`,
        `${repair} --mark-pending ${version} (where it was undone by hand)`,
      ]);
    case 'out_of_order':
      return told('out_of_order', `${name} is not applied, but later ones are`, [
        'give it the next free number',
        `${repair} --mark-applied ${version} (where what it makes is there)`,
      ]);
    default:
      if (entry.file === null || entry.row === null || entry.file.name === entry.row.name) return [];
      return told('renamed', `${version}_${entry.row.name} is ${name} now`, [
        `${repair} --accept-checksum ${version}`,
      ]);
  }
}

function halfRun({ row }: HistoryEntry): string {
  const what = row?.state === 'reverting' ? 'undone' : 'applied';
  return `was ${what} half way: ${row?.statements_done} of its statements were done, then ${row?.error ?? 'the run was killed'}`;
}

/** Left by a concurrent build that did not end, of a migration or by hand; one that is at work is none. */
async function invalidIndexes(client: pg.Client): Promise<MigrationProblem[]> {
  const { rows } = await client.query<{ index: string; on: string }>(
    `select format('%I.%I', n.nspname, c.relname) as index, i.indrelid::regclass::text as "on"
    from pg_index i
    join pg_class c on c.oid = i.indexrelid
    join pg_namespace n on n.oid = c.relnamespace
    where not (i.indisvalid and i.indisready and i.indislive) and c.relkind = 'i'
      and n.nspname !~ '^pg_(toast|temp)'
      and not exists (select from pg_stat_progress_create_index p where p.index_relid = c.oid)
    order by 1`,
  );
  return rows.map(({ index, on }) => ({
    problem: 'invalid_index' as const,
    version: null,
    what: `index ${index} on ${on} is invalid: its build did not end`,
    remedies: [
      'shop-pipe migrate up (where its migration stopped half way)',
      `shop-pipe sql -c 'drop index concurrently ${index}'`,
    ],
  }));
}
