import { environmentError } from '../errors.ts';
import {
  type CardAnswer,
  type CollectionAnswer,
  cardAnswer,
  collectionsAnswer,
  type DashboardAnswer,
  type DatabaseAnswer,
  dashboardAnswer,
  databasesAnswer,
  healthAnswer,
  itemsAnswer,
} from './answers.ts';
import type { MetabaseClient } from './client.ts';
import { isMissing } from './client-error.ts';
import { findConnection } from './connection.ts';
import { collection as declaredCollection } from './dashboards.ts';
import type { Declared } from './declared.ts';
import { oneLine } from './detail.ts';
import { byKey, keyOf } from './marks.ts';

/** What an instance has of ours. */
export interface Instance {
  connection: DatabaseAnswer | null;
  /** Why the connection does not work; null where it does, or nothing is known. */
  unhealthy: string | null;
  collection: (CollectionAnswer & { id: number }) | null;
  /** By question. */
  cards: Map<string, CardAnswer>;
  /** By key. */
  dashboards: Map<string, DashboardAnswer>;
  /** Names of cards and dashboards that are ours, but declared no more. */
  obsolete: string[];
}

export const emptyInstance: Instance = {
  connection: null,
  unhealthy: null,
  collection: null,
  cards: new Map(),
  dashboards: new Map(),
  obsolete: [],
};

type Item = { id: number; model: string; name: string; description: string | null };

/**
 * Reads by GETs only.
 *
 * @throws ShopPipeError where a person has given a thing of his own the name that one of ours is to have.
 */
export async function readInstance(client: MetabaseClient, declared: Declared): Promise<Instance> {
  const [databases, collections] = await Promise.all([
    client.get(['database'], databasesAnswer),
    client.get(['collection'], collectionsAnswer),
  ]);
  const connection = findConnection(databases.data, declared.database, client.url);
  const collection = findCollection(collections, client.url);
  const unhealthy = connection && (await healthOf(client, connection.id));
  if (collection === null) return { ...emptyInstance, connection, unhealthy };

  const items = await itemsOf(client, ['collection', collection.id, 'items'], {});
  const dashboardNames = new Map(declared.dashboards.map(({ key, name }) => [key, name]));
  const cardNames = new Map(declared.cards.map(({ key, name }) => [key, name]));
  const [dashboardIds, cardIds] = await Promise.all([
    findAll(client, items, 'dashboard', dashboardNames, collection.id),
    findAll(client, items, 'card', cardNames, collection.id),
  ]);
  const [dashboards, cards] = await Promise.all([
    readAll(dashboardIds.found, (id) => client.get(['dashboard', id], dashboardAnswer)),
    readAll(cardIds.found, (id) => client.get(['card', id], cardAnswer, { 'legacy-mbql': true })),
  ]);
  return {
    connection,
    unhealthy,
    collection,
    cards,
    dashboards,
    obsolete: [...dashboardIds.obsolete, ...cardIds.obsolete],
  };
}

function findCollection(all: readonly CollectionAnswer[], url: string): Instance['collection'] {
  const open = all.filter(({ archived, is_personal: personal }) => !archived && !personal);
  const ours = byKey(open, 'collection').get(declaredCollection.key);
  if (ours) return ours;
  const taken = open.find(({ name }) => name === declaredCollection.name);
  if (!taken) return null;
  throw environmentError(
    'metabase_collection_taken',
    `Metabase at ${url} has a collection ${taken.name} that shop-pipe did not make`,
    { suggestion: `rename it, then run it again: ${url}/collection/${taken.id}` },
  );
}

/** Null where it connects. */
async function healthOf(client: MetabaseClient, id: number): Promise<string | null> {
  try {
    const { status, message } = await client.get(['database', id, 'healthcheck'], healthAnswer);
    return status === 'ok' ? null : oneLine(message ?? status);
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Ids by key. What is not in the collection was perhaps moved elsewhere: it is searched for. */
async function findAll(
  client: MetabaseClient,
  items: readonly Item[],
  model: 'card' | 'dashboard',
  names: ReadonlyMap<string, string>,
  collectionId: number,
): Promise<{ found: Map<string, number>; obsolete: string[] }> {
  const here = items.filter((item) => item.model === model);
  const marked = byKey(here, model);
  const found = new Map<string, number>();
  const search = async ([key, name]: [string, string]): Promise<void> => {
    const known =
      marked.get(key) ?? byKey(await itemsOf(client, ['search'], { q: name, models: model }), model).get(key);
    if (known) return void found.set(key, known.id);
    const taken = here.find((item) => item.name === name && keyOf(item.description, model) === null);
    if (taken)
      throw environmentError(
        `metabase_${model}_taken`,
        `the collection ${declaredCollection.name} has a ${model} ${name} that shop-pipe did not make`,
        {
          suggestion: `rename or move it, then run it again: ${client.url}/${model === 'card' ? 'question' : model}/${taken.id}`,
        },
      );
    client.progress.note(`collection ${collectionId} has no ${model} ${name} (any more)`);
  };
  await Promise.all([...names].map(search));
  const obsolete = [...marked].filter(([key]) => !names.has(key)).map(([, { name }]) => `${model} ${name}`);
  return { found, obsolete };
}

async function itemsOf(
  client: MetabaseClient,
  path: readonly (string | number)[],
  query: Record<string, string>,
): Promise<Item[]> {
  const { data } = await client.get(path, itemsAnswer, query);
  return data.filter(
    (item): item is typeof item & { id: number } => typeof item.id === 'number' && !item.archived,
  );
}

/** What was deleted since it was listed is left out. */
async function readAll<T>(
  ids: ReadonlyMap<string, number>,
  read: (id: number) => Promise<T>,
): Promise<Map<string, T>> {
  const all = await Promise.all(
    [...ids].map(async ([key, id]): Promise<[string, T][]> => {
      try {
        return [[key, await read(id)]];
      } catch (error) {
        if (isMissing(error)) return [];
        throw error;
      }
    }),
  );
  return new Map(all.flat());
}
