import { z } from 'zod';

/**
 * What is read of Metabase's REST API (recorded: 0.58): only these fields, so that a newer server with more of them is
 * understood.
 */

const text = z.string().nullable().default(null);
const json = z.record(z.string(), z.unknown());

export const propertiesAnswer = z.object({
  'has-user-setup': z.boolean(),
  'setup-token': z.string().nullable().default(null),
  /** Random, made by the instance at its first start. */
  'analytics-uuid': z.string().nullable().default(null),
  version: z.object({ tag: z.string() }),
});

/** Of a log-in and of the set-up: the session. */
export const sessionAnswer = z.object({ id: z.string().min(1) });

export const userAnswer = z.object({ email: z.string(), is_superuser: z.boolean().default(false) });

export const databaseAnswer = z.object({
  id: z.int(),
  name: z.string(),
  engine: z.string(),
  /** Secrets are masked; missing for those who may not change the connection. */
  details: json.default({}),
  auto_run_queries: z.boolean().nullable().default(null),
  initial_sync_status: z.string().nullable().default(null),
});
export const databasesAnswer = z.object({ data: z.array(databaseAnswer) });
export const healthAnswer = z.object({ status: z.string(), message: text });

export const collectionAnswer = z.object({
  id: z.union([z.int(), z.string()]),
  name: z.string(),
  description: text,
  archived: z.boolean().nullable().default(false),
  is_personal: z.boolean().nullable().default(false),
});
export const collectionsAnswer = z.array(collectionAnswer);

/** Of a collection's list and of the search alike. */
export const itemsAnswer = z.object({
  data: z.array(
    z.object({
      id: z.union([z.int(), z.string()]),
      model: z.string(),
      name: z.string(),
      description: text,
      archived: z.boolean().nullable().default(false),
    }),
  ),
});

export const cardAnswer = z.object({
  id: z.int(),
  name: z.string(),
  description: text,
  display: z.string(),
  collection_id: z.int().nullable(),
  /** As legacy MBQL; a person may have made a query of another kind of it. */
  dataset_query: z.object({ database: z.int().nullable().catch(null), native: json.catch({}) }),
  parameters: z.array(json).nullable().default([]),
  visualization_settings: json,
  /** Null until its query went through once. */
  result_metadata: z.array(z.unknown()).nullable().default(null),
});

export const dashcardAnswer = z.object({
  id: z.int(),
  /** Null for a text, a heading, a link. */
  card_id: z.int().nullable(),
  dashboard_tab_id: z.int().nullable().default(null),
  action_id: z.int().nullable().default(null),
  row: z.int(),
  col: z.int(),
  size_x: z.int(),
  size_y: z.int(),
  series: z.array(z.unknown()).nullable().default([]),
  inline_parameters: z.array(z.string()).nullable().default([]),
  parameter_mappings: z.array(json).nullable().default([]),
  visualization_settings: json.nullable().default({}),
});
export const dashboardAnswer = z.object({
  id: z.int(),
  name: z.string(),
  description: text,
  collection_id: z.int().nullable(),
  width: text,
  parameters: z.array(json).nullable().default([]),
  tabs: z
    .array(z.object({ id: z.int(), name: z.string() }))
    .nullable()
    .default([]),
  dashcards: z.array(dashcardAnswer),
});

/** Comes with status 202, also where the query failed. */
export const queryAnswer = z.object({
  status: z.string(),
  error: text,
  row_count: z.int().default(0),
  running_time: z.number().default(0),
});

export const anyAnswer = z.unknown();

export type DatabaseAnswer = z.output<typeof databaseAnswer>;
export type CollectionAnswer = z.output<typeof collectionAnswer>;
export type CardAnswer = z.output<typeof cardAnswer>;
export type DashcardAnswer = z.output<typeof dashcardAnswer>;
export type DashboardAnswer = z.output<typeof dashboardAnswer>;
