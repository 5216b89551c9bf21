import { type Fragment, parametersIn } from './question.ts';

/** A statement for node-postgres: `$1` in the text is `values[0]`. */
export interface Statement {
  text: string;
  values: string[];
}

/**
 * Compiles SQL for PostgreSQL's extended protocol. A parameter used twice gets one number; a clause in which a
 * parameter has no value is left out.
 *
 * @param values - as `parameterValues` gives them; every parameter outside of clauses must be there.
 */
export function compile(sql: Fragment[], values: ReadonlyMap<string, string>): Statement {
  const order: string[] = [];
  const text = sql
    .flatMap((fragment) => {
      if (fragment.kind !== 'clause') return [fragment];
      return parametersIn(fragment.pieces).every((name) => values.has(name)) ? fragment.pieces : [];
    })
    .map((piece) => {
      if (piece.kind === 'sql') return piece.text;
      if (!order.includes(piece.name)) order.push(piece.name);
      return `$${order.indexOf(piece.name) + 1}`;
    })
    .join('');
  return {
    text,
    values: order.map((name) => {
      const value = values.get(name);
      if (value === undefined) throw new Error(`parameter ${name} has no value`);
      return value;
    }),
  };
}
