/**
 * What an answer with an error says, on one line. `detail` is a string, an object with a reason, or the list of a failed
 * validation; a proxy before Airflow answers with something else altogether.
 */
export function detailOf(body: string): string {
  const document = parsed(body);
  const detail =
    (document as { detail?: unknown } | null)?.detail ?? (document as { error?: unknown } | null)?.error;
  return oneLine(textOf(detail) || (document === null ? withoutTags(body) : ''));
}

function textOf(detail: unknown): string {
  if (typeof detail === 'string') return detail;
  if (Array.isArray(detail)) return detail.map(textOf).filter(Boolean).join('; ');
  if (typeof detail !== 'object' || detail === null) return '';
  const { msg, loc, reason, message } = detail as Record<string, unknown>;
  if (typeof msg === 'string') return Array.isArray(loc) ? `${loc.slice(1).join('.')}: ${msg}` : msg;
  return [reason, message].filter((part) => typeof part === 'string').join(': ');
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return null;
  }
}

const withoutTags = (body: string): string =>
  /<(html|!doctype)/i.test(body) ? (/<title>([^<]*)/i.exec(body)?.[1] ?? '') : body;

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, 300);
