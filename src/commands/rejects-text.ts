import type { RejectCount, RejectList } from '../stream/rejects/list.ts';
import type { Replayed } from '../stream/rejects/replay.ts';
import type { Reject, ShownBytes } from '../stream/rejects/show.ts';

const count = (n: number): string => n.toLocaleString('en-US');

/** Cells in columns, numbers to the right; what came from outside is kept to one printable line. */
function table(head: string[], rows: string[][], right: ReadonlySet<number>): string {
  const clean = rows.map((row) => row.map(oneLine));
  const widths = head.map((title, i) => Math.max(title.length, ...clean.map((row) => row[i]?.length ?? 0)));
  const cell = (text: string, i: number): string =>
    right.has(i) ? text.padStart(widths[i] ?? 0) : text.padEnd(widths[i] ?? 0);
  return [head, ...clean].map((row) => row.map(cell).join('  ').trimEnd()).join('\n');
}

const oneLine = (text: string): string => text.replaceAll(/\p{C}/gu, '·').slice(0, 120);

export function listText({ rejects, total }: RejectList): string {
  if (rejects.length === 0) return 'no rejects';
  const rows = rejects.map((r) => [
    String(r.reject_id),
    r.rejected_at,
    r.source,
    r.position,
    r.reason,
    count(r.bytes),
    r.replayed_at === null ? '' : 'replayed',
  ]);
  const head = ['id', 'refused at', 'source', 'position', 'reason', 'bytes', ''];
  const more = total > rejects.length ? `\n… of ${count(total)} (--limit, --counts)` : '';
  return `${table(head, rows, new Set([0, 5]))}${more}`;
}

export function countsText(counts: readonly RejectCount[]): string {
  if (counts.length === 0) return 'no rejects';
  const rows = counts.map((c) => [count(c.rejects), count(c.replayed), c.source, c.reason, c.newest_at]);
  return table(['rejects', 'replayed', 'source', 'reason', 'newest'], rows, new Set([0, 1]));
}

export function rejectText(reject: Reject): string {
  const { payload, message_key: key, ...fields } = reject;
  const lines = Object.entries(fields)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name.padEnd(16)} ${oneLine(String(value))}`);
  if (key !== null) lines.push(`message_key      ${oneLine(key.text)}${note(key)}`);
  lines.push(`payload          ${count(payload.bytes)} bytes${note(payload)}`, printable(payload.text));
  if (payload.cut) lines.push(`… cut: shop-pipe rejects show ${reject.reject_id} --raw writes it all`);
  return lines.join('\n');
}

const note = ({ encoding }: ShownBytes): string => (encoding === 'base64' ? ' (in base64)' : '');

/** Control characters of somebody's payload must not reach a terminal. */
const printable = (text: string): string => text.replaceAll(/(?![\n\t])\p{Cc}/gu, '·');

export function replayText({ replayed, by_topic: byTopic, skipped }: Replayed): string {
  const where = Object.keys(byTopic).join(', ');
  const sent =
    replayed === 0 ? 'nothing to send again' : `sent ${count(replayed)} messages to ${where} again`;
  return skipped === 0 ? sent : `${sent}; ${count(skipped)} were sent before (--again sends them once more)`;
}
