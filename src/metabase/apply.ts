import { environmentError } from '../errors.ts';
import { inStep } from '../progress.ts';
import {
  anyAnswer,
  cardAnswer,
  collectionAnswer,
  type DashboardAnswer,
  dashboardAnswer,
  databaseAnswer,
} from './answers.ts';
import { cardBody } from './cards.ts';
import type { MetabaseClient } from './client.ts';
import { isMissing } from './client-error.ts';
import { connectionBody, connectionRefused } from './connection.ts';
import { dashboardBody } from './dashboard-body.ts';
import type { Declared } from './declared.ts';
import { parametersOf } from './layout.ts';
import { marked } from './marks.ts';
import { collectionBody, type Item } from './plan.ts';
import type { Instance } from './read.ts';

/**
 * Does what the plan says, one thing after the other. Each is of use to a next run even where this one is cut short:
 * it is found again by its mark, and mended.
 *
 * @returns the items with the ids of all that is there now.
 */
export async function apply(
  client: MetabaseClient,
  declared: Declared,
  instance: Instance,
  items: readonly Item[],
): Promise<Item[]> {
  const done: Item[] = [];
  const idOf = (kind: Item['kind'], key: string = kind): number | null =>
    done.find((item) => item.kind === kind && item.key === key)?.id ?? null;
  for (const item of items) {
    const id = await one(item).catch((error: unknown) => {
      throw isMissing(error) && item.id !== null ? gone(item) : error;
    });
    done.push({ ...item, id });
  }
  return done;

  function one(item: Item): Promise<number> {
    switch (item.kind) {
      case 'connection':
        return makeConnection(
          client,
          declared,
          item,
          instance.connection?.initial_sync_status === 'complete',
        );
      case 'collection':
        return makeCollection(client, item);
      case 'card':
        return makeCard(item);
      case 'dashboard':
        return makeDashboard(item);
    }
  }

  async function makeCard({ key, id, action }: Item): Promise<number> {
    const card = declared.cards.find((one) => one.key === key);
    if (!card || (id !== null && action === 'none')) return id ?? 0;
    const body = cardBody(card, { databaseId: idOf('connection'), collectionId: idOf('collection') });
    const made =
      id === null
        ? await client.send('POST', ['card'], cardAnswer.pick({ id: true }), body)
        : await client.send('PUT', ['card', id], cardAnswer.pick({ id: true }), body);
    return made.id;
  }

  async function makeDashboard({ key, id, action, name }: Item): Promise<number> {
    const dashboard = declared.dashboards.find((one) => one.key === key);
    if (!dashboard || (id !== null && action === 'none')) return id ?? 0;
    const cards = new Map(declared.cards.map((card) => [card.key, idOf('card', card.key)]));
    const collectionId = idOf('collection');
    const description = marked(dashboard.description, 'dashboard', key);
    const parameters = parametersOf(dashboard, cards);
    const before: DashboardAnswer =
      instance.dashboards.get(key) ??
      (await client.send('POST', ['dashboard'], dashboardAnswer, {
        name,
        description,
        collection_id: collectionId,
        parameters,
      }));
    const body = dashboardBody(dashboard, before, declared.questions, cards, collectionId);
    await client.send('PUT', ['dashboard', before.id], anyAnswer, body);
    return before.id;
  }
}

async function makeConnection(
  client: MetabaseClient,
  { database }: Declared,
  { id, action }: Item,
  synced: boolean,
): Promise<number> {
  const body = connectionBody(database);
  const answer = databaseAnswer.pick({ id: true });
  const refused = (error: unknown): never => {
    throw connectionRefused(error, client.url, database);
  };
  if (id !== null) {
    if (action === 'update') await client.send('PUT', ['database', id], anyAnswer, body).catch(refused);
    if (action === 'update' || !synced) await awaitSync(client, id);
    return id;
  }
  const made = await client
    .send('POST', ['database'], answer, { ...body, is_full_sync: true, is_on_demand: false })
    .catch(refused);
  await awaitSync(client, made.id);
  return made.id;
}

const syncMs = 120_000;

/** Tables and columns are known then. Cards don't need it, so it is given up after a while. */
async function awaitSync(client: MetabaseClient, id: number): Promise<void> {
  const read = async (): Promise<string | null> =>
    (await client.get(['database', id], databaseAnswer)).initial_sync_status;
  if ((await read()) === 'complete') return;
  await inStep(client.progress, 'Metabase reads the tables', async (step) => {
    const deadline = performance.now() + syncMs;
    for (;;) {
      const state = await read();
      if (state === 'complete') return;
      if (state === 'aborted' || performance.now() > deadline) {
        client.progress.warn(
          `Metabase has not read the tables of the shop (${state}); the cards work without`,
        );
        return;
      }
      step.advance(0, state ?? '');
      await client.rest(250);
    }
  });
}

async function makeCollection(client: MetabaseClient, { id, action }: Item): Promise<number> {
  if (id === null)
    return Number((await client.send('POST', ['collection'], collectionAnswer, collectionBody)).id);
  if (action === 'update') await client.send('PUT', ['collection', id], anyAnswer, collectionBody);
  return id;
}

const gone = ({ kind, name, id }: Item): Error =>
  environmentError(
    'metabase_gone',
    `${kind} ${name} (id ${id})${kind === 'dashboard' ? ', or a card on it,' : ''} was deleted in Metabase while it was mended`,
    { suggestion: 'shop-pipe metabase provision (makes it again)' },
  );
