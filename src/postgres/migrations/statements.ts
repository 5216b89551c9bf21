import { dataError } from '../../errors.ts';

/** One SQL statement of a file, without its semicolon and the comments before it. */
export interface Statement {
  text: string;
  /** Line of its first word, counted from 1 in the file. */
  line: number;
  /** Character of that line at which it begins, from 1. */
  column: number;
  /** Its first words in lower case, quoted names and comments left out: enough to tell what it is. */
  words: readonly string[];
}

const wordsKept = 8;

const token =
  /(?<space>\s+|--[^\n]*)|(?<block>\/\*)|(?<escaped>[eE]')|(?<quote>['"])|(?<dollar>\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$)|(?<word>[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)|(?<number>\d[\w.]*|\$\d+)|(?<other>[\s\S])/y;

/**
 * Splits SQL where Postgres (and psql) would: not at a semicolon in quotes, dollar quotes, comments (they nest),
 * parentheses (`create rule … do (…; …)`) or the `begin atomic … end` body of a function.
 *
 * @param file names the source in errors
 * @param firstLine the line of the file that `sql` begins at
 * @throws ShopPipeError `migration_malformed` where a quote or comment never ends.
 */
export function splitStatements(sql: string, file: string, firstLine = 1): Statement[] {
  const statements: Statement[] = [];
  let start = -1;
  let parentheses = 0;
  let blocks = 0;
  let words: string[] = [];
  let lineAt = firstLine;
  let countedTo = 0;
  const lineOf = (offset: number): number => {
    for (let at = sql.indexOf('\n', countedTo); at !== -1 && at < offset; at = sql.indexOf('\n', at + 1)) {
      lineAt += 1;
      countedTo = at + 1;
    }
    return lineAt;
  };
  const endOf = (what: string, close: string, from: number, begin: number): number => {
    const end = sql.indexOf(close, from);
    if (end === -1) throw unterminated(file, lineOf(begin), what);
    return end + close.length;
  };
  const finish = (end: number): void => {
    if (start !== -1) {
      const before = sql.slice(sql.lastIndexOf('\n', start - 1) + 1, start);
      const column = Array.from(start === 0 ? '' : before).length + 1;
      statements.push({ text: sql.slice(start, end).trimEnd(), line: lineOf(start), column, words });
    }
    start = -1;
    parentheses = 0;
    blocks = 0;
    words = [];
  };

  let at = 0;
  while (at < sql.length) {
    token.lastIndex = at;
    const found = token.exec(sql)?.groups ?? {};
    const begin = at;
    at = token.lastIndex;
    if (found['space'] !== undefined) continue;
    if (found['block'] !== undefined) {
      at = endOfBlockComment(sql, begin);
      if (at === -1) throw unterminated(file, lineOf(begin), 'comment');
      continue;
    }
    if (found['other'] === ';' && parentheses === 0 && blocks === 0) {
      finish(begin);
      continue;
    }
    if (start === -1) start = begin;
    if (found['escaped'] !== undefined) {
      at = endOfEscapedString(sql, at);
      if (at === -1) throw unterminated(file, lineOf(begin), 'string');
    } else if (found['quote'] !== undefined) {
      // A doubled quote reads as two neighbouring strings, which splits the same.
      at = endOf(found['quote'] === '"' ? 'quoted name' : 'string', found['quote'], at, begin);
    } else if (found['dollar'] !== undefined) {
      at = endOf('dollar-quoted string', found['dollar'], at, begin);
    } else if (found['word'] !== undefined) {
      const word = found['word'].toLowerCase();
      if (words.length < wordsKept) words.push(word);
      if (parentheses === 0 && makesRoutine(words)) {
        if (word === 'begin' || (word === 'case' && blocks > 0)) blocks += 1;
        else if (word === 'end' && blocks > 0) blocks -= 1;
      }
    } else if (found['other'] === '(') parentheses += 1;
    else if (found['other'] === ')' && parentheses > 0) parentheses -= 1;
  }
  finish(sql.length);
  return statements;
}

/** Whether the statement begins, ends or prepares a transaction, which the engine does itself. */
export function controlsTransaction({ words: [first, second, third] }: Statement): boolean {
  switch (first) {
    case 'begin':
    case 'commit':
    case 'end':
    case 'abort':
      return true;
    case 'start':
    case 'prepare':
      return second === 'transaction';
    case 'rollback':
      return second !== 'to' && third !== 'to';
    default:
      return false;
  }
}

const makesRoutine = (words: readonly string[]): boolean => {
  const at = words[1] === 'or' && words[2] === 'replace' ? 3 : 1;
  return words[0] === 'create' && (words[at] === 'function' || words[at] === 'procedure');
};

function endOfBlockComment(sql: string, begin: number): number {
  const edge = /\/\*|\*\//g;
  edge.lastIndex = begin;
  let depth = 0;
  for (let found = edge.exec(sql); found; found = edge.exec(sql)) {
    depth += found[0] === '/*' ? 1 : -1;
    if (depth === 0) return edge.lastIndex;
  }
  return -1;
}

function endOfEscapedString(sql: string, from: number): number {
  const edge = /\\|'/g;
  edge.lastIndex = from;
  for (let found = edge.exec(sql); found; found = edge.exec(sql)) {
    if (found[0] === '\\') edge.lastIndex += 1;
    else if (sql[edge.lastIndex] === "'") edge.lastIndex += 1;
    else return edge.lastIndex;
  }
  return -1;
}

const unterminated = (file: string, line: number, what: string) =>
  dataError('migration_malformed', `${file} line ${line}: the ${what} that begins here never ends`);
