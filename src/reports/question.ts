/**
 * A question is asked of the database by one SQL file in `sql/questions`; each consumer (a report in the terminal,
 * a Metabase card, the live page) compiles it for itself. Format of the file: see `parse.ts`.
 */
export interface Question {
  /** Name of the file without `.sql`, e.g. `daily-revenue`. */
  name: string;
  title: string;
  description: string;
  display: Display;
  /** Answered from what the stream keeps, so the figures move while one looks: see `report --watch`. */
  live: boolean;
  /** Column along which the figures are told: days, hours, names. Null where `display` is a table. */
  x: string | null;
  /** Columns with the figures, the one to draw first. */
  y: string[];
  /** In the order in which the SQL selects them. */
  columns: ColumnFormat[];
  parameters: Parameter[];
  sql: Fragment[];
  /** SQL of one row, `window_from` and `window_to` as text: what the figures span. Null where nothing was declared. */
  windowSql: Fragment[] | null;
}

/** Metabase's names: `bar` stands upright, `row` lies. */
export const displays = ['line', 'bar', 'row', 'table'] as const;
export type Display = (typeof displays)[number];

/** `R$` is exact to the cent, `hour` the local start of an hour, `time` a local time to the second. */
export const formats = ['date', 'hour', 'time', 'text', 'integer', 'decimal', 'R$'] as const;
export type Format = (typeof formats)[number];

export interface ColumnFormat {
  name: string;
  title: string;
  format: Format;
}

/** `count` is a whole number from 1, `number` any decimal. */
export const parameterTypes = ['date', 'count', 'number', 'text'] as const;
type ParameterType = (typeof parameterTypes)[number];

export interface Parameter {
  name: string;
  type: ParameterType;
  /** May be left out: the `[[ … ]]` clauses that use it are dropped then. */
  optional: boolean;
  /** Value where none is given; a parameter with a default always has a value. */
  default: string | null;
  description: string;
}

/** SQL as it stands in the file, cut where a consumer has to put something of its own. */
export type Fragment = Piece | { kind: 'clause'; pieces: Piece[] };
export type Piece = { kind: 'sql'; text: string } | { kind: 'parameter'; name: string };

/** Names of the parameters used in `pieces`. */
export const parametersIn = (pieces: Piece[]): string[] =>
  pieces.flatMap((piece) => (piece.kind === 'parameter' ? [piece.name] : []));
