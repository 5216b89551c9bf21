import type { Question } from '../reports/question.ts';
import type { DashboardAnswer, DashcardAnswer } from './answers.ts';
import { type Dashboard, gridColumns } from './dashboards.ts';
import { type CardIds, type Dashcard, dashcardsOf, type Mapping, parametersOf } from './layout.ts';
import { marked } from './marks.ts';

/** The dashcard of each card of ours: the oldest one, where a person has put a second of it. */
export function ownDashcards({ dashcards }: DashboardAnswer, cardIds: CardIds): Map<number, DashcardAnswer> {
  const ours = new Set(cardIds.values());
  const own = new Map<number, DashcardAnswer>();
  for (const dashcard of dashcards.toSorted((a, b) => a.id - b.id)) {
    const { card_id: card } = dashcard;
    if (card !== null && ours.has(card) && !own.has(card)) own.set(card, dashcard);
  }
  return own;
}

/**
 * What Metabase is sent to make a dashboard as declared. A PUT replaces all dashcards and tabs, so those that a person has
 * added go along as they are; what would lie under a card of ours goes below them.
 */
export function dashboardBody(
  dashboard: Dashboard,
  found: DashboardAnswer,
  questions: ReadonlyMap<string, Question>,
  cards: CardIds,
  collectionId: number | null,
): object {
  const parameters = parametersOf(dashboard, cards);
  const known = new Set(parameters.map(({ id }) => id));
  const own = ownDashcards(found, placed(dashboard, cards));
  const tab = found.tabs?.[0]?.id ?? null;
  const declared = dashcardsOf(dashboard, questions, cards).map(({ dashcard }, index) => {
    const before = own.get(dashcard.card_id ?? -1);
    const foreign = (before?.parameter_mappings ?? []).filter(
      (mapping) => !known.has(String(mapping['parameter_id'])),
    );
    return {
      ...dashcard,
      id: before?.id ?? -1 - index,
      dashboard_tab_id: tab,
      parameter_mappings: [...dashcard.parameter_mappings, ...(foreign as unknown as Mapping[])],
    };
  });
  const ids = new Set(declared.map(({ id }) => id));
  const others = found.dashcards.filter(({ id }) => !ids.has(id));
  return {
    name: dashboard.name,
    description: marked(dashboard.description, 'dashboard', dashboard.key),
    collection_id: collectionId,
    width: 'full',
    parameters: [...parameters, ...(found.parameters ?? []).filter(({ id }) => !known.has(String(id)))],
    dashcards: [...declared, ...outOfTheWay(others, declared, tab)],
    tabs: (found.tabs ?? []).map(({ id, name }) => ({ id, name })),
  };
}

/** The cards that a dashboard shows. */
export const placed = ({ cards: places }: Dashboard, cards: CardIds): CardIds =>
  new Map(places.map(({ question }) => [question, cards.get(question) ?? null]));

function outOfTheWay(
  others: readonly DashcardAnswer[],
  declared: readonly Dashcard[],
  tab: number | null,
): DashcardAnswer[] {
  const bottom = (cards: readonly Box[]): number =>
    Math.max(0, ...cards.map(({ row, size_y: height }) => row + height));
  let below = bottom([...declared, ...others.filter((other) => other.dashboard_tab_id === tab)]);
  return others.map((other) => {
    if (other.dashboard_tab_id !== tab || !declared.some((one) => overlap(one, other))) return other;
    const row = below;
    below += other.size_y;
    return { ...other, row };
  });
}

type Box = Pick<Dashcard, 'row' | 'col' | 'size_x' | 'size_y'>;

export const overlap = (a: Box, b: Box): boolean =>
  a.col < b.col + b.size_x &&
  b.col < a.col + a.size_x &&
  a.row < b.row + b.size_y &&
  b.row < a.row + a.size_y;

export const isOnGrid = ({ row, col, size_x: width, size_y: height }: Box): boolean =>
  row >= 0 && col >= 0 && width > 0 && height > 0 && col + width <= gridColumns;
