import { pick } from './database-routes.ts';
import type { MetabaseStandIn, Route } from './server.ts';
import type { Stored } from './state.ts';

type Json = Record<string, unknown>;

export function collectionRoutes(server: MetabaseStandIn): Route[] {
  const { api, collections, cards, dashboards } = server;
  const [root, personal] = api.answerAs<Json[]>('32-collection-list');
  const itemAs = (model: 'card' | 'dashboard'): Json | undefined =>
    api.answerAs<{ data: Json[] }>('78-collection-items-all').data.find((item) => item['model'] === model);
  const things = (model: 'card' | 'dashboard'): Stored[] =>
    (model === 'card' ? cards : dashboards).list().filter((thing) => !thing['archived']);
  const listed = (model: 'card' | 'dashboard', thing: Stored): Json => ({
    ...itemAs(model),
    ...pick(thing, ['id', 'name', 'description', 'display', 'entity_id', 'collection_id', 'archived']),
    model,
  });
  // The first id goes to somebody's personal collection.
  collections.add({ ...personal, name: 'Shop Admin’s Personal Collection' });
  return [
    [
      /^GET \/collection$/,
      () => [200, [root, ...collections.list().filter((collection) => !collection['archived'])]],
    ],
    [
      /^POST \/collection$/,
      ({ body }) => [
        200,
        collections.add({
          ...api.answer('33-collection-create'),
          description: null,
          ...pick(body, ['name', 'description']),
          is_personal: false,
        }),
      ],
    ],
    [
      /^PUT \/collection\/(\d+)$/,
      ({ body }, id) => {
        const collection = collections.get(id);
        if (!collection) return [404, 'Not found.'];
        Object.assign(collection, pick(body, ['name', 'description', 'archived']));
        if (body['archived'] === true)
          for (const thing of [...cards.list(), ...dashboards.list()])
            if (thing['collection_id'] === collection.id) thing['archived'] = true;
        return [200, collection];
      },
    ],
    [
      /^GET \/collection\/(\d+)\/items$/,
      (_, id) => {
        const data = (['card', 'dashboard'] as const).flatMap((model) =>
          things(model)
            .filter((thing) => thing['collection_id'] === Number(id))
            .map((thing) => listed(model, thing)),
        );
        return [
          200,
          {
            total: data.length,
            data: data.toSorted((a, b) => (String(a['name']) < String(b['name']) ? -1 : 1)),
            models: ['card', 'dashboard'],
          },
        ];
      },
    ],
    [
      /^GET \/search$/,
      ({ query }) => {
        const [sample] = api.answerAs<{ data: Json[] }>('79-search').data;
        const words = (query.get('q') ?? '').toLowerCase();
        const data = query.getAll('models').flatMap((model) =>
          things(model as 'card')
            .filter(({ name }: Json) => String(name).toLowerCase().includes(words))
            .map((thing) => ({
              ...sample,
              ...pick(thing, ['id', 'name', 'description', 'archived']),
              model,
              collection: { id: thing['collection_id'] },
            })),
        );
        return [200, { ...api.answer('79-search'), data, total: data.length }];
      },
    ],
  ];
}
