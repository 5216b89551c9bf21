import { displayWidth, padEnd } from './text-width.ts';

/** Lines of a table without rules: the head, then a line per row, each column as wide as its widest cell. */
export function plainTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, i) =>
    Math.max(displayWidth(title), ...rows.map((row) => displayWidth(row[i] ?? ''))),
  );
  return [head, ...rows].map((cells) =>
    cells
      .map((cell, i) => padEnd(cell, widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
