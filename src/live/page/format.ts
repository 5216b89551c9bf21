import type { Figure } from '../state.ts';

// The viewer's own: undefined is the browser's locale.
const locale = undefined;
const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
const tenth = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const money = new Intl.NumberFormat(locale, { style: 'currency', currency: 'BRL' });
const wholeMoney = new Intl.NumberFormat(locale, {
  style: 'currency',
  currency: 'BRL',
  maximumFractionDigits: 0,
});
const roughMoney = new Intl.NumberFormat(locale, {
  style: 'currency',
  currency: 'BRL',
  notation: 'compact',
  maximumFractionDigits: 1,
});
const rough = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat(locale, {
  style: 'percent',
  signDisplay: 'exceptZero',
  maximumFractionDigits: 1,
});

export type Cell = Figure['rows'][number][number];

export const number = (value: number): string => whole.format(value);
export const oneDecimal = (value: number): string => tenth.format(value);
export const shortNumber = (value: number): string => rough.format(value);
export const currency = (value: number): string => money.format(value);
export const wholeCurrency = (value: number): string => wholeMoney.format(value);
export const shortCurrency = (value: number): string => roughMoney.format(value);
export const change = (value: number): string => percent.format(value);

export const duration = (ms: number): string =>
  ms < 1_000 ? `${whole.format(ms)} ms` : `${tenth.format(ms / 1_000)} s`;

// Days and hours come as the wall clock of the shop has them: printed as they are, whatever zone the viewer is in.
const wall = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' });
const formats = {
  day: wall({ day: 'numeric', month: 'short' }),
  weekday: wall({ weekday: 'short', day: 'numeric', month: 'short' }),
  hour: wall({ hour: '2-digit', minute: '2-digit' }),
  dayHour: wall({ weekday: 'short', hour: '2-digit', minute: '2-digit' }),
  dayTime: wall({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }),
  second: wall({ hour: '2-digit', minute: '2-digit', second: '2-digit' }),
};

/** A local day (`2018-08-01`) or time (`2018-08-01 13:00:00`) of the shop. */
export const local = (cell: Cell, as: keyof typeof formats): string =>
  formats[as].format(
    new Date(`${String(cell).replace(' ', 'T')}${String(cell).length > 10 ? '' : 'T00:00:00'}Z`),
  );

/** Numbers of a column; what is missing stays null. */
export function column(figure: Figure | undefined, name: string): (number | null)[] {
  const at = figure?.columns.indexOf(name) ?? -1;
  return (figure?.rows ?? []).map((row) =>
    row[at] === null || row[at] === undefined ? null : Number(row[at]),
  );
}

export function cells(figure: Figure | undefined, name: string): Cell[] {
  const at = figure?.columns.indexOf(name) ?? -1;
  return (figure?.rows ?? []).map((row) => row[at] ?? null);
}

export const sum = (values: readonly (number | null)[]): number =>
  values.reduce<number>((total, value) => total + (value ?? 0), 0);
