import { Chalk } from 'chalk';

/** How text may be drawn where it goes; the caller honours NO_COLOR. */
export interface ChartStyle {
  /** Columns that a line may take. */
  width: number;
  colour: boolean;
  unicode: boolean;
}

/** Paints text, or leaves it as it is where colour is off. */
export interface Paint {
  title: (text: string) => string;
  faint: (text: string) => string;
  bar: (text: string) => string;
  negative: (text: string) => string;
}

export function paintOf(style: ChartStyle): Paint {
  const chalk = new Chalk({ level: style.colour ? 1 : 0 });
  // Of one argument each: chalk prints every further one as well, such as the index that Array.map hands over.
  return {
    title: (text) => chalk.bold(text),
    faint: (text) => chalk.dim(text),
    bar: (text) => chalk.cyan(text),
    negative: (text) => chalk.red(text),
  };
}

/** The characters that lines, bars and shortened text are made of. */
export interface Glyphs {
  /** From one eighth to a full cell, growing to the right. */
  right: readonly string[];
  /** From one eighth to a full cell, growing upwards. */
  up: readonly string[];
  /** Half a cell at its right, for a bar that grows to the left. */
  left: readonly string[];
  /** Half a cell at its top, for a column that grows downwards. */
  down: readonly string[];
  vertical: string;
  horizontal: string;
  corner: string;
  tickDown: string;
  tickLeft: string;
  cross: string;
  ellipsis: string;
  dot: string;
}

const unicode: Glyphs = {
  right: '▏▎▍▌▋▊▉█'.split(''),
  up: '▁▂▃▄▅▆▇█'.split(''),
  left: '▐█'.split(''),
  down: '▀█'.split(''),
  vertical: '│',
  horizontal: '─',
  corner: '└',
  tickDown: '┬',
  tickLeft: '┤',
  cross: '┼',
  ellipsis: '…',
  dot: '·',
};
const ascii: Glyphs = {
  right: ['#'],
  up: ['#'],
  left: ['#'],
  down: ['#'],
  vertical: '|',
  horizontal: '-',
  corner: '+',
  tickDown: '+',
  tickLeft: '+',
  cross: '+',
  ellipsis: '...',
  dot: '-',
};

export const glyphsOf = (style: ChartStyle): Glyphs => (style.unicode ? unicode : ascii);

/**
 * A run `length` cells long (a fraction too), cell by cell: full ones, then one that is partly filled. Something that
 * is not zero is never drawn as nothing.
 */
export function run(length: number, steps: readonly string[]): string[] {
  const parts = Math.max(length > 0 ? 1 : 0, Math.round(length * steps.length));
  const full = Math.floor(parts / steps.length);
  const rest = parts % steps.length;
  const cells = Array.from({ length: full }, () => steps.at(-1) ?? '');
  return rest > 0 ? [...cells, steps[rest - 1] ?? ''] : cells;
}
