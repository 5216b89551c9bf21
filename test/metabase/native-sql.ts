import { withClient } from '../../src/postgres/connection.ts';
import type { PgTarget } from '../../src/postgres/target.ts';

interface Tag {
  name: string;
  type: string;
  default?: unknown;
}

export interface Native {
  query: string;
  'template-tags'?: Record<string, Tag>;
}

export interface Answer {
  rows: unknown[][];
  columns: string[];
}

/**
 * Runs a native query as Metabase does: optional clauses without a value are dropped, numbers are written into the SQL,
 * texts and dates are bound with their types, as pgjdbc binds them. `given` wins over the defaults.
 */
export function runNative(
  target: PgTarget,
  native: Native,
  given: Record<string, unknown> = {},
): Promise<Answer> {
  const { text, values } = substituted(native, given);
  return withClient(target, async (client) => {
    const result = await client.query<unknown[]>({ text, values, rowMode: 'array' });
    return { rows: result.rows, columns: result.fields.map(({ name }) => name) };
  });
}

function substituted(native: Native, given: Record<string, unknown>): { text: string; values: unknown[] } {
  const tags = native['template-tags'] ?? {};
  const values: unknown[] = [];
  const valueOf = (name: string): string | null => {
    const value = given[name] ?? tags[name]?.default ?? null;
    const one: unknown = Array.isArray(value) ? value[0] : value;
    return one === null ? null : typeof one === 'string' ? one : JSON.stringify(one);
  };
  const put = (sql: string): string =>
    sql.replace(/\{\{\s*(\w+)\s*\}\}/g, (_, name: string) => {
      const tag = tags[name];
      if (!tag) throw new Error(`no template tag ${name}`);
      const one = valueOf(name);
      if (one === null)
        throw new Error(`You'll need to pick a value for '${tag.name}' before this query can run.`);
      if (tag.type === 'number') {
        if (!/^-?\d+(\.\d+)?$/.test(one)) throw new Error(`Error parsing number: ${one}`);
        return one;
      }
      values.push(one);
      return `$${values.length}::${tag.type === 'date' ? 'date' : 'varchar'}`;
    });
  const names = (sql: string): string[] =>
    [...sql.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map((match) => match[1] ?? '');
  const text = native.query.replace(/\[\[([\s\S]*?)\]\]/g, (_, clause: string) =>
    names(clause).every((name) => valueOf(name) !== null) ? clause : '',
  );
  return { text: put(text), values };
}
