import { dataError } from '../errors.ts';
import type { Question } from '../reports/question.ts';
import type { Dashboard, Filter, Place } from './dashboards.ts';
import { stableId } from './stable-id.ts';

/** A dashboard's widget as Metabase has it. */
export interface DashboardParameter {
  id: string;
  name: string;
  slug: string;
  type: Filter['type'];
  sectionId: string;
  isMultiSelect?: false;
  values_query_type?: 'list';
  values_source_type?: 'card';
  values_source_config?: { card_id: number | null; value_field: unknown };
}

/** A card on a dashboard, without the id that Metabase gives it. */
export interface Dashcard {
  card_id: number | null;
  row: number;
  col: number;
  size_x: number;
  size_y: number;
  series: [];
  parameter_mappings: Mapping[];
  visualization_settings: Record<string, never>;
}

export interface Mapping {
  parameter_id: string;
  card_id: number | null;
  target: readonly ['variable', readonly ['template-tag', string]];
}

/** Ids of the cards by question; null for one that is not made yet. */
export type CardIds = ReadonlyMap<string, number | null>;

export const parametersOf = ({ key, filters }: Dashboard, cards: CardIds): DashboardParameter[] =>
  filters.map(({ parameter, name, type, values }) => ({
    id: parameterId(key, parameter),
    name,
    slug: parameter,
    type,
    sectionId: type === 'date/single' ? 'date' : 'string',
    // A variable takes one value.
    ...(type === 'string/=' ? { isMultiSelect: false as const } : {}),
    ...(values === undefined
      ? {}
      : {
          values_query_type: 'list' as const,
          values_source_type: 'card' as const,
          values_source_config: {
            card_id: cards.get(values.question) ?? null,
            value_field: ['field', values.column, { 'base-type': 'type/Text' }],
          },
        }),
  }));

const parameterId = (dashboard: string, parameter: string): string =>
  stableId('parameter', dashboard, parameter);

/** @throws ShopPipeError `question_unknown` where a dashboard shows a question that there is not. */
export function dashcardsOf(
  dashboard: Dashboard,
  questions: ReadonlyMap<string, Question>,
  cards: CardIds,
): { place: Place; question: Question; dashcard: Dashcard }[] {
  return dashboard.cards.map((place) => {
    const question = questions.get(place.question);
    if (!question)
      throw dataError(
        'question_unknown',
        `dashboard ${dashboard.name} shows ${place.question}, which is no question`,
        {
          suggestion: `add sql/questions/${place.question}.sql`,
        },
      );
    const cardId = cards.get(place.question) ?? null;
    const takes = ({ parameter }: Filter): boolean =>
      question.parameters.some(({ name }) => name === parameter);
    return {
      place,
      question,
      dashcard: {
        card_id: cardId,
        row: place.row,
        col: place.col,
        size_x: place.width,
        size_y: place.height,
        series: [],
        parameter_mappings: dashboard.filters.filter(takes).map(({ parameter }) => ({
          parameter_id: parameterId(dashboard.key, parameter),
          card_id: cardId,
          target: ['variable', ['template-tag', parameter]] as const,
        })),
        visualization_settings: {},
      },
    };
  });
}
