import { describe, expect, it } from 'vitest';
import type { DashboardAnswer } from '../../src/metabase/answers.ts';
import { dashboardBody, isOnGrid, overlap } from '../../src/metabase/dashboard-body.ts';
import { dashboards, dashboardUrl } from '../../src/metabase/dashboards.ts';
import { dashcardsOf, parametersOf } from '../../src/metabase/layout.ts';
import { changedLines } from '../../src/metabase/line-diff.ts';
import { byKey, keyOf, marked } from '../../src/metabase/marks.ts';
import { listQuestions } from '../../src/reports/catalogue.ts';
import { questionsFolder } from './setting.ts';

const questions = new Map((await listQuestions(questionsFolder)).map((one) => [one.name, one]));
const ids = new Map([...questions.keys()].map((name, index) => [name, index + 1]));

describe.each(dashboards.map((one) => [one.name, one] as const))('dashboard %s', (_, dashboard) => {
  const cards = dashcardsOf(dashboard, questions, ids).map(({ dashcard }) => dashcard);

  it('lies on the grid of 24 columns, nothing over another, no gap to its right', () => {
    for (const card of cards) expect(isOnGrid(card)).toBe(true);
    for (const [i, one] of cards.entries())
      for (const other of cards.slice(i + 1))
        expect(overlap(one, other), JSON.stringify([one, other])).toBe(false);
    const height = Math.max(...cards.map(({ row, size_y: y }) => row + y));
    for (let row = 0; row < height; row++) {
      const there = cards.filter((one) => one.row <= row && row < one.row + one.size_y);
      expect(
        there.reduce((sum, { size_x: width }) => sum + width, 0),
        `row ${row}`,
      ).toBe(24);
    }
  });

  it('has each filter work on each card that has the parameter', () => {
    const parameters = parametersOf(dashboard, ids);
    expect(new Set(parameters.map(({ id }) => id)).size).toBe(dashboard.filters.length);
    for (const { question, dashcard } of dashcardsOf(dashboard, questions, ids))
      for (const { slug, id } of parameters)
        expect(dashcard.parameter_mappings.some((mapping) => mapping.parameter_id === id)).toBe(
          question.parameters.some(({ name }) => name === slug),
        );
  });
});

it('Sales has filters of date and category, Live looks again each minute', () => {
  const [sales, live] = dashboards;
  expect(sales?.filters.map(({ name }) => name)).toEqual(['From', 'To', 'Category']);
  expect(
    sales &&
      dashcardsOf(sales, questions, ids).every(({ dashcard }) => dashcard.parameter_mappings.length === 3),
  ).toBe(true);
  expect(live && dashboardUrl('http://m', 2, live)).toBe('http://m/dashboard/2#refresh=60');
  expect(sales && dashboardUrl('http://m', 1, sales)).toBe('http://m/dashboard/1');
  expect(live?.cards.every(({ question }) => questions.get(question)?.live)).toBe(true);
});

it('a dashboard of a question that there is not is refused', () => {
  const [sales] = dashboards;
  expect(() => sales && dashcardsOf(sales, new Map(), ids)).toThrow(
    expect.objectContaining({ code: 'question_unknown', suggestion: 'add sql/questions/daily-revenue.sql' }),
  );
});

it('what a person has put on a dashboard stays, out of the way', () => {
  const [sales] = dashboards;
  if (!sales) throw new Error('no dashboard');
  const foreign = {
    id: 9,
    card_id: null,
    dashboard_tab_id: null,
    action_id: null,
    row: 3,
    col: 2,
    size_x: 5,
    size_y: 2,
    series: [],
    inline_parameters: [],
    parameter_mappings: [],
    visualization_settings: { text: 'hello' },
  };
  const found = {
    id: 1,
    name: 'Sales',
    description: null,
    collection_id: 3,
    width: 'full',
    parameters: [{ id: 'mine', type: 'number/=' }],
    tabs: [],
    dashcards: [foreign, { ...foreign, id: 10, row: 30 }],
  } satisfies DashboardAnswer;
  const body = dashboardBody(sales, found, questions, ids, 3) as {
    dashcards: { id: number; row: number }[];
    parameters: object[];
  };
  expect(body.dashcards.slice(0, 4).map(({ id }) => id)).toEqual([-1, -2, -3, -4]);
  expect(body.dashcards.slice(4)).toEqual([
    { ...foreign, row: 32 },
    { ...foreign, id: 10, row: 30 },
  ]);
  expect(body.parameters.at(-1)).toEqual({ id: 'mine', type: 'number/=' });
});

describe('a mark', () => {
  it('is found at the end of a description only', () => {
    expect(keyOf(marked('Text', 'card', 'daily-revenue'), 'card')).toBe('daily-revenue');
    expect(keyOf(marked('Text', 'card', 'daily-revenue'), 'dashboard')).toBeNull();
    expect(keyOf('Kept by shop-pipe: card x\nno more', 'card')).toBeNull();
    expect(keyOf(null, 'card')).toBeNull();
  });

  it('that a copy has too means the older one', () => {
    const description = marked('Text', 'card', 'x');
    expect(
      byKey(
        [
          { id: 7, description },
          { id: 3, description },
          { id: 'root', description },
        ],
        'card',
      ).get('x')?.id,
    ).toBe(3);
  });
});

it('lines that changed are told in their order', () => {
  expect(changedLines('a\nb\nc', 'a\nc\nd')).toEqual(['- b', '+ d']);
  expect(changedLines('a', 'a')).toEqual([]);
});
