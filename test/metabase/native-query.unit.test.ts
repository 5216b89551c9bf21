import { describe, expect, it } from 'vitest';
import { cardOf } from '../../src/metabase/cards.ts';
import { cardParameters, nativeQuery } from '../../src/metabase/native-query.ts';
import { listQuestions } from '../../src/reports/catalogue.ts';
import { parseQuestion } from '../../src/reports/parse.ts';
import { questionsFolder } from './setting.ts';

const question = (sql: string, parameters = '') =>
  parseQuestion(
    'test',
    `-- title: Test\n-- description: A test.\n-- display: table\n-- column a: A | R$\n${parameters}\n${sql}`,
  );
const three =
  '-- parameter from?: date | First day\n-- parameter limit: count = 10 | How many\n-- parameter timezone: text = UTC | Zone';

describe('a question as a native query', () => {
  const asked = question(
    "select a, ':name', b::text from t where x at time zone :timezone is not null [[and d >= :from::date]] limit :limit",
    three,
  );

  it('has variables for parameters, and keeps casts, literals and optional clauses', () => {
    expect(nativeQuery(asked, 'Asia/Kolkata').query).toBe(
      "select a, ':name', b::text from t where x at time zone {{timezone}} is not null [[and d >= {{from}}::date]] limit {{limit}}",
    );
  });

  it('declares them by type, with defaults, the time zone of the shop among them', () => {
    const { 'template-tags': tags } = nativeQuery(asked, 'Asia/Kolkata');
    const id = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(tags).toEqual({
      from: { id, name: 'from', 'display-name': 'From', type: 'date' },
      limit: { id, name: 'limit', 'display-name': 'Limit', type: 'number', default: '10', required: true },
      timezone: {
        id,
        name: 'timezone',
        'display-name': 'Time zone',
        type: 'text',
        default: 'Asia/Kolkata',
        required: true,
      },
    });
    expect(new Set(Object.values(tags).map((tag) => tag.id)).size).toBe(3);
    expect(nativeQuery(asked, 'UTC')['template-tags']['from']).toEqual(tags['from']);
  });

  it('lists them as parameters that are variables', () => {
    expect(cardParameters(nativeQuery(asked, 'UTC'))).toMatchObject([
      { type: 'date/single', slug: 'from', target: ['variable', ['template-tag', 'from']] },
      { type: 'number/=', name: 'Limit', default: '10' },
      { type: 'string/=', name: 'Time zone', default: 'UTC' },
    ]);
  });

  it.each(["select '{{1,2},{3}}'::int[]", "select '[[x'", '-- }}\nselect 1', 'select 1 -- {{name}}'])(
    'is refused where Metabase would find a variable of its own in %j',
    (sql) => {
      expect(() => nativeQuery(question(`select 1 as a, (${sql}\n)`), 'UTC')).toThrow(
        expect.objectContaining({
          code: 'question_invalid',
          message: expect.stringContaining('sql/questions/test.sql'),
        }),
      );
    },
  );
});

describe('the card of each question', async () => {
  const questions = await listQuestions(questionsFolder);

  it.each(questions.map((one) => [one.name, one] as const))('%s', (_, one) => {
    const card = cardOf(one, 'UTC');
    expect(card.name).toBe(one.title);
    expect(card.description).toBe(`${one.description}\n\nKept by shop-pipe: card ${one.name}`);
    expect(card.native.query).not.toMatch(/(?<!:):[a-z]/);
    const settings = card.visualization as Record<string, Record<string, Record<string, unknown>>>;
    for (const column of one.columns) {
      const shown = settings['column_settings']?.[JSON.stringify(['name', column.name])];
      expect(shown).toMatchObject({ column_title: column.title });
      if (column.format === 'R$')
        expect(shown).toMatchObject({ number_style: 'currency', currency: 'BRL', currency_in_header: false });
    }
    if (one.display === 'table') expect(settings['table.columns']).toHaveLength(one.columns.length);
    else
      expect(settings).toMatchObject({
        'graph.dimensions': [one.x],
        'graph.metrics': one.y,
        'graph.x_axis.title_text': expect.stringMatching(/^[A-Z]/),
        'graph.y_axis.title_text': expect.stringMatching(/^[A-Z]/),
      });
  });
});
