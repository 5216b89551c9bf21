import type { Question } from '../reports/question.ts';
import type { DashboardAnswer, DashcardAnswer } from './answers.ts';
import { ownDashcards, placed } from './dashboard-body.ts';
import type { Dashboard } from './dashboards.ts';
import { type Difference, differences } from './difference.ts';
import { type CardIds, type DashboardParameter, type Dashcard, dashcardsOf, parametersOf } from './layout.ts';
import { marked } from './marks.ts';

/** Cards, filters and tabs that a person has added are no difference. */
export function dashboardDifferences(
  dashboard: Dashboard,
  found: DashboardAnswer,
  questions: ReadonlyMap<string, Question>,
  cards: CardIds,
  collectionId: number | null,
): Difference[] {
  const own = ownDashcards(found, placed(dashboard, cards));
  const tab = found.tabs?.[0]?.id ?? null;
  return [
    ...differences({
      name: [found.name, dashboard.name],
      description: [found.description, marked(dashboard.description, 'dashboard', dashboard.key)],
      collection: [found.collection_id, collectionId],
      width: [found.width, 'full'],
    }),
    ...parametersOf(dashboard, cards).flatMap((parameter) => parameterDifferences(parameter, found)),
    ...dashcardsOf(dashboard, questions, cards).flatMap(({ question, dashcard }) =>
      dashcardDifferences(question.title, dashcard, own.get(dashcard.card_id ?? -1), tab),
    ),
  ];
}

function parameterDifferences(declared: DashboardParameter, found: DashboardAnswer): Difference[] {
  const there = found.parameters?.find(({ id }) => id === declared.id);
  const field = `filter ${declared.name}`;
  if (there === undefined) return [{ field, found: 'missing', declared: declared.type }];
  const seen = Object.fromEntries(Object.keys(declared).map((name) => [name, there[name]]));
  // Metabase may write the column of the offered values in another way.
  return differences({ [field]: [comparable(seen), comparable({ ...declared })] });
}

const comparable = ({ values_source_config: config, ...rest }: Record<string, unknown>): unknown =>
  config === undefined
    ? rest
    : { ...rest, values_of_card: (config as { card_id?: unknown } | null)?.card_id ?? null };

function dashcardDifferences(
  title: string,
  declared: Dashcard,
  found: DashcardAnswer | undefined,
  tab: number | null,
): Difference[] {
  if (found === undefined)
    return [{ field: `${title}: place`, found: 'missing', declared: placeText(declared) }];
  const ours = new Set(declared.parameter_mappings.map(({ parameter_id: id }) => id));
  const mappings = (found.parameter_mappings ?? []).filter((mapping) =>
    ours.has(String(mapping['parameter_id'])),
  );
  return differences({
    [`${title}: place`]: [placeText(found), placeText(declared)],
    [`${title}: tab`]: [found.dashboard_tab_id, tab],
    [`${title}: filters`]: [
      mappings.map(mappingText).toSorted(),
      declared.parameter_mappings.map(mappingText).toSorted(),
    ],
    [`${title}: settings`]: [found.visualization_settings ?? {}, declared.visualization_settings],
  });
}

const placeText = ({
  row,
  col,
  size_x: width,
  size_y: height,
}: Pick<Dashcard, 'row' | 'col' | 'size_x' | 'size_y'>): string =>
  `column ${col}, row ${row}, ${width} x ${height}`;

/** Metabase may put options behind the target. */
function mappingText({ parameter_id: id, target }: { parameter_id?: unknown; target?: unknown }): string {
  const [kind, what] = Array.isArray(target) ? (target as unknown[]) : [];
  return `${String(id)} ${JSON.stringify([kind, what])}`;
}
