import { randomUUID } from 'node:crypto';
import { pick, targetOf } from './database-routes.ts';
import { type Native, type Answer as Rows, runNative } from './native-sql.ts';
import type { Answer, Asked, MetabaseStandIn, Route } from './server.ts';
import type { Stored } from './state.ts';

type Json = Record<string, unknown>;
interface Legacy {
  type: 'native';
  database: number;
  native: Native;
}

const fields = [
  'name',
  'type',
  'display',
  'description',
  'parameters',
  'visualization_settings',
  'collection_id',
  'archived',
  'cache_ttl',
];

export function cardRoutes(server: MetabaseStandIn): Route[] {
  const { api, cards, dashboards } = server;

  /** Columns, once the query went through: Metabase runs a card when it is made. */
  const columnsOf = async (query: Legacy): Promise<Json[] | null> => {
    try {
      const { columns } = await ask(server, query);
      return columns.map((name) => ({ name, display_name: name }));
    } catch {
      return null;
    }
  };
  const keep = async (card: Stored, { body }: Asked): Promise<Answer | null> => {
    const query = body['dataset_query'] as Legacy | undefined;
    if (query) {
      if (query.database === undefined) return [500, api.answer('93-card-malformed-query')];
      if (!server.databases.get(query.database)) return [500, api.answer('95-card-unknown-database')];
    }
    Object.assign(card, pick(body, fields));
    if (query) {
      card['dataset_query'] = query;
      card['database_id'] = query.database;
      card['result_metadata'] = await columnsOf(query);
    }
    return null;
  };
  return [
    [
      /^POST \/card$/,
      async (asked) => {
        if (typeof asked.body['display'] !== 'string') return [400, api.answer('96-card-missing-display')];
        // Its own defaults, not those of the recorded card.
        const card: Stored = {
          ...api.answer('40-card-create-mbql5'),
          description: null,
          collection_id: null,
          parameters: [],
          id: 0,
        };
        const refused = await keep(card, asked);
        return refused ?? [200, shown(cards.add(card), false)];
      },
    ],
    [
      /^GET \/card\/(\d+)$/,
      ({ query }, id) => {
        const card = cards.get(id);
        return card ? [200, shown(card, query.get('legacy-mbql') === 'true')] : [404, 'Not found.'];
      },
    ],
    [
      /^PUT \/card\/(\d+)$/,
      async (asked, id) => {
        const card = cards.get(id);
        if (!card) return [404, 'Not found.'];
        const refused = await keep(card, asked);
        if (card['archived']) forget(dashboards.list(), card.id);
        return refused ?? [200, shown(card, false)];
      },
    ],
    [
      /^DELETE \/card\/(\d+)$/,
      (_, id) => {
        forget(dashboards.list(), Number(id));
        return cards.all.delete(Number(id)) ? [204, ''] : [404, 'Not found.'];
      },
    ],
    [
      /^POST \/card\/(\d+)\/query$/,
      async ({ body }, id) => {
        const card = cards.get(id);
        if (!card) return [404, 'Not found.'];
        return [202, await queried(server, card, body)];
      },
    ],
  ];
}

/** As the recorded server does it: the status says 202 whatever became of the query. */
async function queried(server: MetabaseStandIn, card: Stored, body: Json): Promise<Json> {
  const { api } = server;
  const given = ((body['parameters'] ?? []) as { target: [string, [string, string]]; value: unknown }[]).map(
    ({ target, value }) => [target[1][1], value] as const,
  );
  const began = performance.now();
  try {
    const { rows, columns } = await ask(server, card['dataset_query'] as Legacy, Object.fromEntries(given));
    card['result_metadata'] = columns.map((name) => ({ name, display_name: name }));
    const answer = api.answer('47-card-query-3');
    const took = Math.round(performance.now() - began);
    return {
      ...answer,
      data: { ...(answer['data'] as Json), rows, cols: columns.map((name) => ({ name })) },
      row_count: rows.length,
      running_time: took,
    };
  } catch (error) {
    const said = `ERROR: ${(error as Error).message}\n  Position: 136`;
    return { ...api.answer('54-card-bad-sql-query'), error: said, card_id: card.id };
  }
}

async function ask(server: MetabaseStandIn, { database, native }: Legacy, given: Json = {}): Promise<Rows> {
  const target = targetOf(server, database);
  if (!target) throw new Error('no such database');
  return runNative(target, native, given);
}

function shown(card: Stored, legacy: boolean): Json {
  const query = card['dataset_query'] as Legacy;
  if (legacy)
    return { ...card, dataset_query: { database: query.database, type: 'native', native: query.native } };
  const { query: native, 'template-tags': tags } = query.native;
  return {
    ...card,
    dataset_query: {
      'lib/type': 'mbql/query',
      database: query.database,
      stages: [
        {
          'lib/type': 'mbql.stage/native',
          native,
          ...(tags ? { 'template-tags': tags } : {}),
          'lib/uuid': randomUUID(),
        },
      ],
    },
  };
}

/** A card that is gone, or in the trash, is on no dashboard. */
function forget(dashboards: readonly Stored[], cardId: number): void {
  for (const dashboard of dashboards)
    dashboard['dashcards'] = (dashboard['dashcards'] as Json[]).filter((one) => one['card_id'] !== cardId);
}
