/**
 * What SQL is made of, as far as a question needs to know: `opaque` is a literal, a quoted name or a comment, in
 * which nothing may be touched.
 */
export interface Lexeme {
  kind: 'code' | 'opaque' | 'parameter' | 'clause_start' | 'clause_end';
  text: string;
  /** Index of its first character. */
  at: number;
}

/** SQL that can't be cut into lexemes; `at` is where the unfinished thing begins. */
export class LexerError extends Error {
  readonly at: number;
  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

// Words are taken whole, so that the `$` or `'` after one is never read as the start of a literal: `a$b$`, `e'…'`.
const patterns: [Lexeme['kind'], RegExp][] = [
  ['opaque', /--[^\n]*/y],
  ['opaque', /[eE]'(?:[^'\\]|\\[\s\S]|'')*'/y],
  ['opaque', /'(?:[^']|'')*'/y],
  ['opaque', /"(?:[^"]|"")*"/y],
  ['opaque', /\$([\p{L}_][\p{L}\p{N}_]*)?\$[\s\S]*?\$\1\$/uy],
  ['code', /::|:=/y],
  ['parameter', /:[A-Za-z_][A-Za-z0-9_]*/y],
  ['clause_start', /\[\[/y],
  ['clause_end', /\]\]/y],
  ['code', /[\p{L}\p{N}_][\p{L}\p{N}_$]*/uy],
  ['code', /\s+/y],
];
const unfinished: [string, RegExp][] = [
  ['comment', /\/\*/y],
  ['string', /[eE]?'/y],
  ['quoted name', /"/y],
  ['dollar-quoted string', /\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/uy],
];

/** Cuts SQL into lexemes, whose texts put together are the SQL again. Follows PostgreSQL's own lexical rules. */
export function lex(sql: string): Lexeme[] {
  const lexemes: Lexeme[] = [];
  let at = 0;
  while (at < sql.length) {
    const lexeme = lexemeAt(sql, at);
    lexemes.push(lexeme);
    at += lexeme.text.length;
  }
  return lexemes;
}

function lexemeAt(sql: string, at: number): Lexeme {
  const end = blockCommentEnd(sql, at);
  if (end !== null) return { kind: 'opaque', text: sql.slice(at, end), at };
  for (const [kind, pattern] of patterns) {
    const text = matchAt(pattern, sql, at);
    if (text !== null) return { kind, text, at };
  }
  for (const [what, pattern] of unfinished) {
    if (matchAt(pattern, sql, at) !== null) throw new LexerError(`a ${what} that does not end`, at);
  }
  return { kind: 'code', text: String.fromCodePoint(sql.codePointAt(at) ?? 0), at };
}

function matchAt(pattern: RegExp, sql: string, at: number): string | null {
  pattern.lastIndex = at;
  return pattern.exec(sql)?.[0] ?? null;
}

/** PostgreSQL's block comments nest, which no regular expression can follow. */
function blockCommentEnd(sql: string, at: number): number | null {
  if (!sql.startsWith('/*', at)) return null;
  let depth = 1;
  for (let i = at + 2; i < sql.length - 1; i++) {
    if (sql.startsWith('/*', i)) {
      depth++;
      i++;
    } else if (sql.startsWith('*/', i)) {
      depth--;
      i++;
      if (depth === 0) return i + 1;
    }
  }
  return null;
}
