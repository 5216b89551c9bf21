import { dataError } from '../errors.ts';
import { fragmentsOf } from './fragments.ts';
import { headerOf, type Line } from './header.ts';
import { LexerError } from './lexer.ts';
import { type Fragment, type Piece, parametersIn, type Question } from './question.ts';

/**
 * Reads a question's file: a header of comment lines up to the first line that is none, then one SQL statement.
 *
 *     -- title: Daily sales revenue
 *     -- description: One line, for the reader of the figures.
 *     -- live: true                                        the figures are those of this moment; else left out
 *     -- display: line | bar | row | table
 *     -- x: order_date
 *     -- y: revenue, orders
 *     -- column order_date: Day | date                     title and format: date, hour, time, text, …
 *     -- parameter from?: date | First day                 `?` = optional; types date, count, number, text
 *     -- parameter limit: count = 10 | How many            a default
 *     -- window: day_window                                a common table expression with window_from and window_to
 *
 * In the SQL `:name` stands for a parameter's value; `[[ … ]]` is left out where one of the parameters in it has no
 * value. Casts, literals, quoted names and comments stay as they are.
 *
 * @throws ShopPipeError of kind `data` that names the file, the line and what is wrong there.
 */
export function parseQuestion(name: string, text: string): Question {
  const lines = text
    .replace(/^\ufeff/, '')
    .replaceAll('\r\n', '\n')
    .split('\n');
  const headerEnd = lines.findIndex((line) => !/^\s*--/.test(line));
  const header = lines
    .slice(0, headerEnd === -1 ? lines.length : headerEnd)
    .map((line, index): Line => ({ text: line.replace(/^\s*--\s?/, '').trim(), number: index + 1 }));
  const sql = headerEnd === -1 ? '' : lines.slice(headerEnd).join('\n');
  const fail = (message: string, line?: number): never => {
    const where = `sql/questions/${name}.sql${line === undefined ? '' : `:${line}`}`;
    throw dataError('question_invalid', `${where}: ${message}`);
  };

  const { window, ...declared } = headerOf(header, fail);
  const body = (() => {
    try {
      return fragmentsOf(sql.trim().replace(/;$/, ''));
    } catch (error) {
      if (!(error instanceof LexerError)) throw error;
      const leading = sql.length - sql.trimStart().length;
      return fail(error.message, header.length + lineOf(sql, leading + error.at));
    }
  })();
  if (body.fragments.length === 0) fail('no SQL below the header');

  const known = new Set(declared.parameters.map((parameter) => parameter.name));
  const used = new Set(body.fragments.flatMap((f) => parametersIn(f.kind === 'clause' ? f.pieces : [f])));
  for (const parameter of used) {
    if (!known.has(parameter)) fail(`:${parameter} is used but not declared as a parameter`);
  }
  for (const parameter of declared.parameters) {
    if (!used.has(parameter.name)) fail(`parameter ${parameter.name} is declared but not used`);
    const bare = body.fragments.some((f) => f.kind === 'parameter' && f.name === parameter.name);
    if (parameter.optional && bare) fail(`:${parameter.name} is optional, so it may be used in [[ … ]] only`);
  }

  let windowSql: Fragment[] | null = null;
  if (window !== null) {
    if (body.beforeSelect === null) return fail(`window ${window} is no common table expression of the SQL`);
    const select: Piece = {
      kind: 'sql',
      text: `select window_from::text as window_from, window_to::text as window_to from ${window}`,
    };
    windowSql = [...body.beforeSelect, select];
  }
  return { name, ...declared, sql: body.fragments, windowSql };
}

const lineOf = (text: string, at: number): number => text.slice(0, at).split('\n').length;
