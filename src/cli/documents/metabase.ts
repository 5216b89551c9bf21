import { z } from 'zod';
import { documentMeta } from './values.ts';

const id = (what: string): z.ZodInt => z.int().positive().describe(what);

const item = z.strictObject({
  kind: z.enum(['connection', 'collection', 'card', 'dashboard']).describe('what it is in Metabase'),
  key: z
    .string()
    .describe(
      'of a card its question, of a dashboard its name here; else the kind: what it is found again by',
    ),
  name: z.string().describe('what it is called in Metabase'),
  id: z.int().positive().nullable().describe('in Metabase; stays as it is; null for one that is not made'),
  action: z
    .enum(['create', 'update', 'none'])
    .describe('what was done to it, or in `status` and with --dry-run would be: made, mended, left as it is'),
  differences: z
    .array(
      z.strictObject({
        field: z.string().describe('what differs, e.g. sql'),
        found: z.string().describe('as Metabase has it'),
        declared: z.string().describe('as it is to be'),
      }),
    )
    .describe('empty for one that is missing or as declared'),
});

const test = z.strictObject({
  question: z.string().describe('name of the question'),
  name: z.string().describe('what the card is called'),
  id: id('of the card'),
  ok: z.boolean().describe('whether its query went through'),
  rows: z.int().nonnegative().describe('rows of the answer'),
  ms: z.number().nonnegative().describe('how long the query took, as Metabase measured it; milliseconds'),
  error: z.string().nullable().describe('what the database said; null where ok'),
});

const common = {
  url: z.string().describe('address of Metabase'),
  version: z.string().describe('as it says itself, e.g. v0.58.0'),
  items: z.array(item).describe('everything that is declared, in the order in which it is made'),
  dashboards: z
    .array(
      z.strictObject({
        name: z.string().describe('what it is called'),
        id: id('of the dashboard'),
        url: z.string().describe('where a person finds it; one that refreshes itself says so at its end'),
      }),
    )
    .describe('those that are there'),
  obsolete: z
    .array(z.string())
    .describe('cards and dashboards that shop-pipe made and that nothing declares any more; they are left'),
};

const example = {
  url: 'http://127.0.0.1:3000',
  version: 'v0.58.0',
  items: [
    {
      kind: 'card',
      key: 'daily-revenue',
      name: 'Daily sales revenue',
      id: 1,
      action: 'update',
      differences: [{ field: 'display', found: 'table', declared: 'line' }],
    },
  ],
  dashboards: [{ name: 'Live', id: 2, url: 'http://127.0.0.1:3000/dashboard/2#refresh=60' }],
  obsolete: [],
};
const exampleTest = {
  question: 'daily-revenue',
  name: 'Daily sales revenue',
  id: 1,
  ok: true,
  rows: 31,
  ms: 12,
  error: null,
};

export const metabaseProvisionDocument = z
  .strictObject({
    ...common,
    dry_run: z.boolean().describe('whether nothing was changed on purpose'),
    set_up: z.boolean().describe('whether this call made the first user'),
    tests: z
      .array(test)
      .describe('the answer of each card; empty where nothing had changed, and with --dry-run'),
  })
  .meta(
    documentMeta(
      'metabase provision',
      'What was made or mended. A second call changes nothing. Exit code 1 when a card fails.',
      { ...example, dry_run: false, set_up: false, tests: [exampleTest] },
    ),
  );

export const metabaseStatusDocument = z
  .strictObject({
    ...common,
    as_declared: z.boolean().describe('whether nothing differs; the exit code is 3 otherwise'),
    tests: z.array(test).describe('the answer of each card that is there'),
  })
  .meta(
    documentMeta(
      'metabase status',
      'What differs from what is declared, and how the cards answer. Exit code 3 when something differs, 1 when a card fails.',
      { ...example, as_declared: false, tests: [exampleTest] },
    ),
  );
