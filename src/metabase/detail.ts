/** What a refusal says, and which fields of the request it is about. */
export interface Detail {
  /** On one line; empty where nothing was said. */
  text: string;
  /** By name of the field, e.g. `user.password`. */
  fields: ReadonlyMap<string, string>;
}

/**
 * Metabase answers with a text, with `errors` by field, with a `message` beside them, or with an exception and its stack;
 * a proxy before it with a page. `specific-errors` is never read: it repeats what was sent, passwords too.
 */
export function detailOf(body: string): Detail {
  const document = parsed(body);
  if (typeof document === 'string') return { text: oneLine(document), fields: new Map() };
  if (typeof document !== 'object' || document === null)
    return { text: oneLine(withoutTags(body)), fields: new Map() };
  const { message, cause, error, errors } = document as Record<string, unknown>;
  const fields = new Map(fieldsOf(errors, ''));
  const said = [message, cause, error].find(
    (part): part is string => typeof part === 'string' && part !== '',
  );
  const text = said === undefined ? [...fields].map(([name, what]) => `${name}: ${what}`).join('; ') : said;
  return { text: oneLine(text), fields };
}

function fieldsOf(errors: unknown, prefix: string): [string, string][] {
  if (typeof errors === 'string') return [[prefix, errors]];
  if (typeof errors !== 'object' || errors === null) return [];
  return Object.entries(errors).flatMap(([name, what]) =>
    fieldsOf(what, prefix === '' ? name : `${prefix}.${name}`),
  );
}

/** A text answer comes as JSON or bare. */
function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return null;
  }
}

const withoutTags = (body: string): string =>
  /<(html|!doctype)/i.test(body) ? (/<title>([^<]*)/i.exec(body)?.[1] ?? '') : body;

export const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, 300);
