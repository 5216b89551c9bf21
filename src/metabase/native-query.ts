import { dataError } from '../errors.ts';
import type { Fragment, Parameter, Piece, Question } from '../reports/question.ts';
import { stableUuid } from './stable-id.ts';

/** A basic variable of a native query. */
export interface TemplateTag {
  id: string;
  name: string;
  'display-name': string;
  type: 'date' | 'number' | 'text';
  default?: string;
  required?: true;
}

export interface NativeQuery {
  query: string;
  'template-tags': Record<string, TemplateTag>;
}

/**
 * Compiles a question for Metabase: `:name` is a variable `{{name}}`, optional clauses are written alike. A parameter with
 * a default has to have a value; the time zone's is the shop's.
 *
 * @throws ShopPipeError `question_invalid` where the SQL has what Metabase would take for a variable.
 */
export function nativeQuery(question: Question, timezone: string): NativeQuery {
  const piece = (one: Piece): string => {
    if (one.kind === 'parameter') return `{{${one.name}}}`;
    const brackets = /\{\{|\}\}|\[\[|\]\]/.exec(one.text)?.[0];
    if (brackets !== undefined)
      throw dataError(
        'question_invalid',
        `sql/questions/${question.name}.sql: Metabase would read ${brackets} in a literal or comment as its own`,
        { suggestion: `write ${brackets.split('').join(' ')} or avoid it` },
      );
    return one.text;
  };
  const query = question.sql
    .map((one: Fragment) => (one.kind === 'clause' ? `[[${one.pieces.map(piece).join('')}]]` : piece(one)))
    .join('');
  const tags = question.parameters.map((parameter) => {
    const value = parameter.name === 'timezone' ? timezone : parameter.default;
    return [parameter.name, tagOf(question.name, parameter, value)] as const;
  });
  return { query, 'template-tags': Object.fromEntries(tags) };
}

const tagOf = (question: string, { name, type, optional }: Parameter, value: string | null): TemplateTag => ({
  id: stableUuid('template-tag', question, name),
  name,
  'display-name': titleOf(name),
  type: type === 'date' || type === 'text' ? type : 'number',
  ...(value === null ? {} : { default: value }),
  ...(optional ? {} : { required: true as const }),
});

/** What a reader sees of a parameter: `from` is From, `timezone` Time zone. */
export function titleOf(name: string): string {
  if (name === 'timezone') return 'Time zone';
  const words = name.replaceAll('_', ' ');
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** A variable as cards list it among their parameters. */
export interface CardParameter {
  id: string;
  type: 'date/single' | 'number/=' | 'string/=';
  name: string;
  slug: string;
  target: readonly ['variable', readonly ['template-tag', string]];
  default?: string;
}

const parameterTypes = { date: 'date/single', number: 'number/=', text: 'string/=' } as const;

export const cardParameters = (query: NativeQuery): CardParameter[] =>
  Object.values(query['template-tags']).map((tag) => ({
    id: tag.id,
    type: parameterTypes[tag.type],
    name: tag['display-name'],
    slug: tag.name,
    target: ['variable', ['template-tag', tag.name]],
    ...(tag.default === undefined ? {} : { default: tag.default }),
  }));
