import { scaleOf } from './scale.ts';
import { type ChartStyle, glyphsOf, paintOf, run } from './style.ts';
import { displayWidth, padStart } from './text-width.ts';
import { axisLabels, type TimeUnit } from './time-axis.ts';

export interface Point {
  /** `2018-08-01` or `2018-08-01 13:00:00`. */
  at: string;
  value: number;
}

export interface TimeChartOptions extends ChartStyle {
  unit: TimeUnit;
  tick(value: number): string;
  /** Figures are counts. */
  whole: boolean;
  /** Lines that the plot may take, without the axis of time; some ten where nothing is said. */
  height?: number;
}

export interface TimeChart {
  lines: string[];
  /** How many points a column stands for, by their mean, where there is no room for one each. */
  pointsPerColumn: number;
}

/** Under so many columns for the plot an axis takes more room than it is worth. */
const leastPlot = 24;

/** Standing columns over an axis of time, each from zero; in a narrow terminal a line of sparks. */
export function timeChart(points: readonly Point[], options: TimeChartOptions): TimeChart {
  const values = points.map((point) => point.value);
  const height = options.height ?? 10;
  const probe = scaleOf(values, 4, options.whole);
  const margin = Math.max(...probe.ticks.map((tick) => displayWidth(options.tick(tick)))) + 2;
  const room = options.width - margin;
  if (room < leastPlot) return sparkline(points, options);

  const { buckets, pointsPerColumn } = bucketsOf(points, room);
  // Means can be less round, and lie lower, than the figures that they stand for.
  const scale = scaleOf(
    buckets.map((bucket) => bucket.value),
    4,
    options.whole && pointsPerColumn === 1,
  );
  const glyphs = glyphsOf(options);
  const paint = paintOf(options);
  const rowsPerTick = Math.max(1, Math.round(height / (scale.ticks.length - 1)));
  const perTick = (scale.ticks[1] ?? 1) - (scale.ticks[0] ?? 0);
  const rowsPerUnit = rowsPerTick / perTick;
  const rowsAbove = Math.round(scale.to * rowsPerUnit);
  const rowsBelow = Math.round(-scale.from * rowsPerUnit);

  // Wide columns get a gap, narrow ones stand side by side; few points do not make fat blocks.
  const pitch = Math.max(1, Math.min(8, Math.floor(room / buckets.length)));
  const thickness = pitch > 2 ? pitch - 1 : pitch;
  const row = (level: number): string =>
    buckets
      .map(({ value }) => {
        const steps = level > 0 ? glyphs.up : glyphs.down;
        const column = run((level > 0 ? value : -value) * rowsPerUnit, steps);
        const cell = (column[Math.abs(level) - 1] ?? ' ').repeat(thickness) + ' '.repeat(pitch - thickness);
        return level > 0 ? cell : paint.negative(cell);
      })
      .join('');
  const gutter = (level: number): string => {
    const tick = level % rowsPerTick === 0 ? scale.ticks[(level + rowsBelow) / rowsPerTick] : undefined;
    const text = tick === undefined ? '' : options.tick(tick);
    const mark = tick === undefined ? glyphs.vertical : level === 0 ? glyphs.cross : glyphs.tickLeft;
    return paint.faint(`${padStart(text, margin - 2)} ${mark}`);
  };
  const labels = axisLabels(
    buckets.map((bucket) => bucket.at),
    options.unit,
    pitch,
    room,
  );
  const axis = Array.from({ length: buckets.length * pitch }, (_, column) =>
    labels.columns.includes(column) ? glyphs.tickDown : glyphs.horizontal,
  ).join('');
  const lines: string[] = [];
  for (let level = rowsAbove; level >= -rowsBelow; level--) {
    const drawn =
      level === 0 ? paint.faint(axis) : level > 0 ? paint.bar(row(level).trimEnd()) : row(level).trimEnd();
    lines.push((gutter(level) + drawn).trimEnd());
  }
  lines.push(paint.faint((' '.repeat(margin) + labels.text).trimEnd()));
  return { lines, pointsPerColumn };
}

function sparkline(points: readonly Point[], options: TimeChartOptions): TimeChart {
  const { buckets, pointsPerColumn } = bucketsOf(points, Math.max(8, options.width));
  const paint = paintOf(options);
  const values = buckets.map((bucket) => bucket.value);
  const highest = Math.max(0, ...values);
  const steps = options.unicode ? ' ▁▂▃▄▅▆▇█' : ' .:-=+*#';
  const sparks = values
    .map((value) => {
      if (value < 0) return 'v';
      const step = highest === 0 ? 0 : Math.round((value / highest) * (steps.length - 1));
      return steps[value > 0 ? Math.max(1, step) : step] ?? ' ';
    })
    .join('');
  return { lines: [paint.bar(sparks).trimEnd()], pointsPerColumn };
}

function bucketsOf(points: readonly Point[], room: number): { buckets: Point[]; pointsPerColumn: number } {
  const pointsPerColumn = Math.max(1, Math.ceil(points.length / room));
  if (pointsPerColumn === 1) return { buckets: [...points], pointsPerColumn };
  const buckets: Point[] = [];
  for (let start = 0; start < points.length; start += pointsPerColumn) {
    const some = points.slice(start, start + pointsPerColumn);
    const mean = some.reduce((total, point) => total + point.value / some.length, 0);
    buckets.push({ at: some[0]?.at ?? '', value: mean });
  }
  return { buckets, pointsPerColumn };
}
