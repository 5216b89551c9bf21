import { z } from 'zod';
import { currentVersion, documentMeta, migrationVersion, rowCount, seconds } from './values.ts';

const ran = z.strictObject({
  version: migrationVersion,
  name: z.string().describe('the rest of its file name'),
  seconds: seconds('how long it took'),
});

export const migrateUpDocument = z
  .strictObject({
    applied: z.array(ran).describe('what this call applied, oldest first; empty when nothing was pending'),
    current: currentVersion,
  })
  .meta(
    documentMeta('migrate up', 'What was applied. A second call applies nothing.', {
      applied: [{ version: '0007', name: 'attribute_changes', seconds: 0.005 }],
      current: '0007',
    }),
  );

export const migrateDownDocument = z
  .strictObject({
    reverted: z.array(ran).describe('what this call undid, newest first'),
    current: currentVersion,
  })
  .meta(
    documentMeta('migrate down', 'What was undone.', {
      reverted: [{ version: '0007', name: 'attribute_changes', seconds: 0.003 }],
      current: '0006',
    }),
  );

const dryRun = z.strictObject({
  direction: z.enum(['up', 'down']).describe('what was asked: apply or undo'),
  plan: z
    .array(
      z.strictObject({
        version: migrationVersion,
        name: z.string().describe('the rest of its file name'),
        transaction: z.boolean().describe('false where its statements would commit one by one'),
        statements: rowCount('statements of the section that would run'),
        statements_done: rowCount('those of them that an earlier run did and that are left out'),
      }),
    )
    .describe('what would run, in this order'),
  current: migrationVersion.nullable().describe('the newest applied migration afterwards; null for none'),
});

const planned = (version: string, name: string) => [
  { version, name, transaction: true, statements: 12, statements_done: 0 },
];

export const migrateUpDryRunDocument = dryRun.meta(
  documentMeta('migrate up --dry-run', 'What would be applied; nothing was changed.', {
    direction: 'up',
    plan: planned('0009', 'live_rollups'),
    current: '0009',
  }),
);

export const migrateDownDryRunDocument = dryRun.meta(
  documentMeta('migrate down --dry-run', 'What would be undone; nothing was changed.', {
    direction: 'down',
    plan: planned('0009', 'live_rollups'),
    current: '0008',
  }),
);

export const migrateStatusDocument = z
  .strictObject({
    migrations: z
      .array(
        z.strictObject({
          version: migrationVersion,
          name: z.string().describe('the rest of its file name'),
          state: z
            .enum(['applied', 'pending', 'changed', 'missing', 'half_run', 'out_of_order'])
            .describe(
              'changed: applied, but the file reads otherwise now; missing: applied, but there is no file; half_run: stopped in the middle; out_of_order: pending, but below one that is applied',
            ),
          applied_at: z.iso
            .datetime()
            .nullable()
            .describe('when it was applied, UTC, to the second; null while pending'),
          checksum: z
            .string()
            .regex(/^[0-9a-f]{64}$/)
            .describe('SHA-256 of the file, or of what was applied where the file is gone'),
          error: z.string().nullable().describe('what stopped a half-run one; null otherwise'),
        }),
      )
      .describe('every migration that the folder or the database knows, by version'),
    current: currentVersion.describe('the newest applied migration; null for an empty database'),
    up_to_date: z.boolean().describe('whether `migrate up` has nothing to do and nothing to complain about'),
  })
  .meta(
    documentMeta(
      'migrate status',
      'Folder and database side by side. With --exit-code the exit code is 3 unless it is up to date.',
      {
        migrations: [
          {
            version: '0007',
            name: 'attribute_changes',
            state: 'applied',
            applied_at: '2026-11-23T23:43:18Z',
            checksum: '7506c92306dfc672c00bca71377e19ebc17be09161b2d19a517e2813a1120298',
            error: null,
          },
        ],
        current: '0007',
        up_to_date: true,
      },
    ),
  );

export const migrateVerifyDocument = z
  .strictObject({
    ok: z
      .boolean()
      .describe('whether the database is what its migrations make; the exit code is 3 otherwise'),
    current: currentVersion.describe(
      'the newest applied migration, up to which they were run again; null for none',
    ),
    objects: rowCount('objects that were compared: tables, columns, constraints, indexes, functions …'),
    migrations: z
      .array(
        z.strictObject({
          version: migrationVersion,
          name: z.string().describe('the rest of its file name'),
          state: z.enum(['changed', 'missing', 'half_run', 'out_of_order']).describe('as in migrate status'),
        }),
      )
      .describe('files that contradict what was applied'),
    differences: z
      .array(
        z.strictObject({
          what: z
            .enum(['only_in_database', 'missing_in_database', 'differs'])
            .describe('on which side the object is'),
          kind: z.string().describe('table, column, constraint, index, function …'),
          name: z.string().describe('with its schema; a function with the types of its arguments'),
          field: z.string().nullable().describe('what differs of it; null where it is on one side only'),
          expected: z.string().nullable().describe('the field as the migrations make it'),
          actual: z.string().nullable().describe('the field as the database has it'),
        }),
      )
      .describe('what the migrations make otherwise; what goes with a table on one side only is left out'),
    seconds: seconds('how long it took'),
  })
  .meta(
    documentMeta(
      'migrate verify',
      'The database against what its migrations make of an empty one. Exit code 3 when something differs.',
      {
        ok: false,
        current: '0009',
        objects: 398,
        migrations: [],
        differences: [
          {
            what: 'only_in_database',
            kind: 'index',
            name: 'shop.orders_x',
            field: null,
            expected: null,
            actual: null,
          },
          {
            what: 'differs',
            kind: 'column',
            name: 'ops.rejects.source',
            field: 'type',
            expected: 'text',
            actual: 'character varying(40)',
          },
        ],
        seconds: 0.71,
      },
    ),
  );

export const migrateRepairDocument = z
  .strictObject({
    repaired: z
      .array(
        z.strictObject({
          action: z
            .enum(['accept_checksum', 'mark_pending', 'mark_applied'])
            .describe('what became of its row in the ledger'),
          version: migrationVersion,
          name: z.string().describe('the rest of its file name'),
        }),
      )
      .describe('what this call changed'),
    problems: z
      .array(
        z.strictObject({
          problem: z
            .enum(['changed', 'renamed', 'missing', 'half_run', 'out_of_order', 'invalid_index'])
            .describe('what kind of problem'),
          version: migrationVersion.nullable().describe('of which migration; null for an invalid index'),
          what: z.string().describe('one line that says what is wrong'),
          remedies: z.array(z.string()).describe('what can be done about it, the likeliest first'),
        }),
      )
      .describe('what is left; the exit code is 3 where there is something'),
  })
  .meta(
    documentMeta(
      'migrate repair',
      'What was corrected, and what is wrong still. Exit code 3 for the latter.',
      {
        repaired: [],
        problems: [
          {
            problem: 'changed',
            version: '0007',
            what: '0007_attribute_changes.sql was changed after it was applied (2026-11-23T23:43:18Z)',
            remedies: [
              'git checkout HEAD -- sql/migrations/0007_attribute_changes.sql',
              'shop-pipe migrate repair --accept-checksum 0007 (where the change makes the same tables: shop-pipe migrate verify)',
            ],
          },
        ],
      },
    ),
  );

export const migrateNewDocument = z
  .strictObject({ file: z.string().describe('path of the template that was written') })
  .meta(
    documentMeta('migrate new', 'The file to write the change into.', {
      file: '/srv/shop-pipe/sql/migrations/0008_order_notes.sql',
    }),
  );
