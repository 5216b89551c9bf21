import { scaleOf } from './scale.ts';
import { type ChartStyle, glyphsOf, paintOf, run } from './style.ts';
import { displayWidth, padEnd, padStart, truncate } from './text-width.ts';

export interface Bar {
  label: string;
  value: number;
  /** The exact figure, as it is to be read. */
  text: string;
}

export interface BarChartOptions extends ChartStyle {
  tick(value: number): string;
  /** Figures are counts. */
  whole: boolean;
}

/** Lying bars, one a line: label, figure, and a bar from zero over an axis with round ticks. */
export function barChart(bars: readonly Bar[], options: BarChartOptions): string[] {
  const glyphs = glyphsOf(options);
  const paint = paintOf(options);
  const figures = Math.max(...bars.map((bar) => displayWidth(bar.text)));
  const longest = Math.max(...bars.map((bar) => displayWidth(bar.label)));
  // Names give way first: a bar under some ten columns says nothing, a name under eight neither.
  const labels = Math.min(longest, Math.max(8, Math.floor((options.width - figures) * 0.4)));
  const room = Math.max(10, options.width - labels - figures - 4);

  const scale = scaleOf(
    bars.map((bar) => bar.value),
    Math.min(5, Math.max(1, Math.floor(room / 12))),
    options.whole,
  );
  // The axis ends with the longest bar, not with a round number: the bars get all of the room.
  const from = Math.min(0, ...bars.map((bar) => bar.value));
  const to = Math.max(0, ...bars.map((bar) => bar.value));
  const perUnit = room / (to - from || 1);
  const zero = Math.round(-from * perUnit);
  const lines = bars.map(({ label, value, text }) => {
    const cells = Math.abs(value) * perUnit;
    const left = value < 0 ? run(Math.min(cells, zero), glyphs.left).reverse().join('') : '';
    const right = value > 0 ? run(Math.min(cells, room - zero), glyphs.right).join('') : '';
    const bar = `${padStart('', zero - left.length)}${paint.negative(left)}${paint.faint(glyphs.vertical)}${paint.bar(right)}`;
    const name = padEnd(truncate(label, labels, glyphs.ellipsis), labels);
    return `${name}  ${padStart(text, figures)} ${bar}`.trimEnd();
  });
  const indent = ' '.repeat(labels + figures + 3);
  const at = scale.ticks
    .map((tick) => ({ column: zero + Math.round(tick * perUnit), text: options.tick(tick) }))
    .filter(({ column }) => column >= 0 && column <= room);
  const axis = Array.from({ length: room + 1 }, (_, column) =>
    at.some((tick) => tick.column === column) ? glyphs.tickDown : glyphs.horizontal,
  );
  if (zero === 0) axis[0] = glyphs.corner;
  else axis[zero] = glyphs.cross;
  return [
    ...lines,
    indent + paint.faint(axis.join('')),
    paint.faint(tickLine(at, indent.length, options.width)).trimEnd(),
  ];
}

/** Texts centred under their columns; one that would touch its neighbour is left out. */
function tickLine(ticks: { column: number; text: string }[], indent: number, width: number): string {
  let line = '';
  for (const { column, text } of ticks) {
    const centred = indent + column - Math.floor((displayWidth(text) - 1) / 2);
    const start = Math.min(centred, width - displayWidth(text));
    if (line !== '' && start < line.length + 2) continue;
    line = line.padEnd(start) + text;
  }
  return line;
}
