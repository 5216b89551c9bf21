import { type Lexeme, LexerError, lex } from './lexer.ts';
import type { Fragment, Piece } from './question.ts';

export interface Body {
  fragments: Fragment[];
  /** The common table expressions before the outermost `select`; null where there are none. */
  beforeSelect: Fragment[] | null;
}

/**
 * Cuts the SQL of a question at its parameters (`:name`) and optional clauses (`[[ … ]]`).
 *
 * @throws LexerError where a literal, a comment or a clause does not end, or a clause is not well made.
 */
export function fragmentsOf(sql: string): Body {
  const fragments: Fragment[] = [];
  let clause: { pieces: Piece[]; at: number } | null = null;
  let beforeSelect: Fragment[] | null = null;
  let depth = 0;
  for (const lexeme of lex(sql)) {
    if (lexeme.kind === 'clause_start') {
      if (clause) throw new LexerError('a [[ inside of [[ … ]]', lexeme.at);
      clause = { pieces: [], at: lexeme.at };
    } else if (lexeme.kind === 'clause_end') {
      if (!clause) throw new LexerError('a ]] without its [[ (in an array write ] ])', lexeme.at);
      if (!clause.pieces.some((piece) => piece.kind === 'parameter')) {
        throw new LexerError('an optional clause without a parameter (in an array write [ [)', clause.at);
      }
      fragments.push({ kind: 'clause', pieces: clause.pieces });
      clause = null;
    } else {
      depth += nesting(lexeme);
      if (depth === 0 && !clause && beforeSelect === null && /^select$/i.test(lexeme.text)) {
        beforeSelect = structuredClone(fragments);
      }
      append(clause?.pieces ?? fragments, lexeme);
    }
  }
  if (clause) throw new LexerError('a [[ that does not end', clause.at);
  return { fragments, beforeSelect: beforeSelect?.length ? beforeSelect : null };
}

function nesting(lexeme: Lexeme): number {
  if (lexeme.kind !== 'code') return 0;
  return lexeme.text === '(' ? 1 : lexeme.text === ')' ? -1 : 0;
}

function append(fragments: Fragment[], lexeme: Lexeme): void {
  if (lexeme.kind === 'parameter') {
    fragments.push({ kind: 'parameter', name: lexeme.text.slice(1) });
    return;
  }
  const last = fragments.at(-1);
  if (last?.kind === 'sql') last.text += lexeme.text;
  else fragments.push({ kind: 'sql', text: lexeme.text });
}
