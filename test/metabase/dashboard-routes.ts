import { pick } from './database-routes.ts';
import type { Answer, MetabaseStandIn, Route } from './server.ts';
import { type Stored, Things } from './state.ts';

type Json = Record<string, unknown>;

const types = /^(date|number|string|id|category|text|boolean|location|temporal-unit)(\/|$)/;

export function dashboardRoutes(server: MetabaseStandIn): Route[] {
  const { api, dashboards, cards } = server;
  const dashcards = new Things();
  const tabs = new Things();

  /** Cards lie about in no order. */
  const shown = (dashboard: Stored): Json => ({
    ...dashboard,
    dashcards: (dashboard['dashcards'] as Json[])
      .toReversed()
      .map((one) => ({ ...one, card: pick(cards.get(one['card_id']) ?? {}, ['id', 'name', 'description']) })),
  });
  return [
    [
      /^POST \/dashboard$/,
      ({ body }) => {
        const refused = checkParameters(server, body);
        if (refused) return refused;
        return [
          200,
          shown(
            dashboards.add({
              ...api.answer('60-dashboard-create'),
              description: null,
              collection_id: null,
              parameters: [],
              ...pick(body, ['name', 'description', 'collection_id', 'parameters']),
              dashcards: [],
              tabs: [],
            }),
          ),
        ];
      },
    ],
    [
      /^GET \/dashboard\/(\d+)$/,
      (_, id) => {
        const dashboard = dashboards.get(id);
        return dashboard ? [200, shown(dashboard)] : [404, 'Not found.'];
      },
    ],
    [
      /^PUT \/dashboard\/(\d+)$/,
      ({ body }, id) => {
        const dashboard = dashboards.get(id);
        if (!dashboard) return [404, 'Not found.'];
        const refused =
          checkParameters(server, body) ?? (body['dashcards'] ? replace(dashboard, body) : null);
        if (refused) return refused;
        Object.assign(
          dashboard,
          pick(body, ['name', 'description', 'collection_id', 'parameters', 'width', 'archived']),
        );
        return [200, shown(dashboard)];
      },
    ],
  ];

  /** All dashcards and tabs at once: a negative id makes one, one that is missing is deleted. */
  function replace(dashboard: Stored, body: Json): Answer | null {
    const sent = body['dashcards'] as Json[];
    const oldTabs = dashboard['tabs'] as Stored[];
    if (sent.some((one) => Number(one['col']) < 0)) return [400, api.answer('65-dashboard-put-bad-col')];
    if (oldTabs.length > 0 && body['tabs'] === undefined)
      return [500, api.answer('102-dashboard-put-dashcards-no-tabs-key')];
    const sentTabs = (body['tabs'] ?? []) as Json[];
    if (
      sentTabs.length + oldTabs.length > 0 &&
      sent.some((one) => typeof one['dashboard_tab_id'] !== 'number')
    )
      return [400, api.answer('66-dashboard-put-unknown-card')];
    if (sent.some((one) => typeof one['card_id'] === 'number' && !cards.get(one['card_id'])))
      return [404, api.answer('103-dashboard-put-unknown-card')];
    const tabIds = new Map<unknown, number>();
    dashboard['tabs'] = sentTabs.map((tab) => {
      const kept = oldTabs.find(({ id }) => id === tab['id']);
      const now = kept
        ? Object.assign(kept, { name: tab['name'] })
        : tabs.add({ name: tab['name'], dashboard_id: dashboard.id });
      tabIds.set(tab['id'], now.id);
      return now;
    });
    const old = dashboard['dashcards'] as Stored[];
    dashboard['dashcards'] = sent.map((one) => {
      const kept = old.find(({ id }) => id === one['id']);
      const values = {
        ...pick(one, [
          'card_id',
          'row',
          'col',
          'size_x',
          'size_y',
          'series',
          'parameter_mappings',
          'visualization_settings',
        ]),
        dashboard_tab_id: tabIds.get(one['dashboard_tab_id']) ?? null,
      };
      if (kept) return Object.assign(kept, values);
      const bare = {
        action_id: null,
        inline_parameters: [],
        series: [],
        parameter_mappings: [],
        visualization_settings: {},
      };
      return dashcards.add({ ...bare, ...values, dashboard_id: dashboard.id });
    });
    return null;
  }
}

function checkParameters({ api }: MetabaseStandIn, body: Json): Answer | null {
  const parameters = (body['parameters'] ?? []) as Json[];
  return parameters.every(({ type }) => types.test(String(type)))
    ? null
    : [400, api.answer('107-dashboard-put-bad-param-type')];
}
