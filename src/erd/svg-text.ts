import { textWidth } from './measures.ts';

const escaped: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escape = (value: string): string => value.replace(/[&<>"]/g, (found) => escaped[found] ?? '');

/** A line of text; `hint` is shown where the mouse rests on it. */
export const text = (
  x: number,
  y: number,
  value: string,
  attributes: string,
  hint: string | null = null,
): string =>
  `<text x="${x}" y="${y}" ${attributes}>${hint === null ? '' : `<title>${escape(hint)}</title>`}${escape(value)}</text>`;

/** As many words of `value` as fit. */
export function fitted(value: string, width: number, size: number): string {
  if (textWidth(value, size) <= width) return value;
  const words = value.split(' ');
  while (words.length > 1 && textWidth(`${words.join(' ')} …`, size) > width) words.pop();
  return `${words.join(' ')} …`;
}
