import type { CardAnswer } from './answers.ts';
import { cardDifferences, type Home } from './cards.ts';
import { connectionDifferences, connectionName } from './connection.ts';
import { dashboardDifferences } from './dashboard-differences.ts';
import { collection } from './dashboards.ts';
import type { Declared } from './declared.ts';
import { type Difference, differences } from './difference.ts';
import type { CardIds } from './layout.ts';
import { marked } from './marks.ts';
import type { Instance } from './read.ts';

/** One thing that is to be as declared. */
export interface Item {
  kind: 'connection' | 'collection' | 'card' | 'dashboard';
  /** Of the question, or of the dashboard; the kind itself where there is one of it. */
  key: string;
  name: string;
  /** Null for one that is not made yet. */
  id: number | null;
  action: 'create' | 'update' | 'none';
  /** What an update mends. */
  differences: Difference[];
}

/** What has to be done, in this order. Asks nothing and changes nothing. */
export function plan(declared: Declared, instance: Instance): Item[] {
  const { connection, collection: found } = instance;
  const home: Home = { databaseId: connection?.id ?? null, collectionId: found?.id ?? null };
  const cardIds = idsOf(declared, instance.cards);
  return [
    item('connection', 'connection', connectionName, connection, () =>
      connection === null ? [] : connectionDifferences(declared.database, connection, instance.unhealthy),
    ),
    item('collection', 'collection', collection.name, found, () =>
      differences({
        name: [found?.name, collection.name],
        description: [found?.description, collectionBody.description],
      }),
    ),
    ...declared.cards.map((card) => {
      const there = instance.cards.get(card.key);
      return item('card', card.key, card.name, there, () =>
        there === undefined ? [] : cardDifferences(card, there, home),
      );
    }),
    ...declared.dashboards.map((dashboard) => {
      const there = instance.dashboards.get(dashboard.key);
      return item('dashboard', dashboard.key, dashboard.name, there, () =>
        there === undefined
          ? []
          : dashboardDifferences(dashboard, there, declared.questions, cardIds, home.collectionId),
      );
    }),
  ];
}

export const collectionBody = {
  name: collection.name,
  description: marked(collection.description, 'collection', collection.key),
};

/** Ids of the cards that are there, null for the others. */
export const idsOf = ({ cards }: Declared, found: ReadonlyMap<string, CardAnswer>): CardIds =>
  new Map(cards.map(({ key }) => [key, found.get(key)?.id ?? null]));

function item(
  kind: Item['kind'],
  key: string,
  name: string,
  found: { id: number } | null | undefined,
  compare: () => Difference[],
): Item {
  if (!found) return { kind, key, name, id: null, action: 'create', differences: [] };
  const different = compare();
  return {
    kind,
    key,
    name,
    id: found.id,
    action: different.length > 0 ? 'update' : 'none',
    differences: different,
  };
}
