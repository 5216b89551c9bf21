export type TimeUnit = 'day' | 'hour';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * The line of dates under a chart: as many as fit, evenly spaced from the first; in a chart of hours those that begin
 * a day, or a round part of it.
 *
 * @param at - start of each column, `2018-08-01` or `2018-08-01 13:00:00`.
 * @param pitch - columns of the terminal from one to the next.
 */
export function axisLabels(at: readonly string[], unit: TimeUnit, pitch: number, room: number): AxisLabels {
  const chosen =
    unit === 'hour' ? roundHours(at, pitch) : everyNth(at, pitch, (day) => dayLabel(day, spansYears(at)));
  const columns: number[] = [];
  let text = '';
  for (const label of chosen) {
    const start = label.index * pitch;
    if ((text !== '' && start < text.length + 2) || start + label.text.length > room) continue;
    text = text.padEnd(start) + label.text;
    columns.push(start);
  }
  return { text, columns };
}

export interface AxisLabels {
  text: string;
  /** Where the labels begin. */
  columns: number[];
}

interface Label {
  index: number;
  text: string;
}

function everyNth(at: readonly string[], pitch: number, label: (at: string) => string): Label[] {
  const widest = Math.max(...at.map((value) => label(value).length)) + 2;
  const every = [1, 2, 5, 7, 10, 14, 15, 20, 28, 30, 50, 60].find((n) => n * pitch >= widest) ?? widest;
  return at.flatMap((value, index) => (index % every === 0 ? [{ index, text: label(value) }] : []));
}

/** Tries 1, 3, 6, 12 and 24 hours; in a chart that skips hours a day is labelled at its first column. */
function roundHours(at: readonly string[], pitch: number): Label[] {
  const dayOf = (value: string): string => value.slice(0, 10);
  const hourOf = (value: string): number => Number(value.slice(11, 13));
  const starts = at.map((value, index) => index > 0 && dayOf(value) !== dayOf(at[index - 1] ?? ''));
  const hours = [1, 3, 6, 12].find((n) => {
    const labelled = at.filter((value) => hourOf(value) % n === 0).length;
    return labelled > 0 && (at.length / labelled) * pitch >= 8;
  });
  const labels = at.flatMap((value, index) => {
    if (index === 0 || starts[index]) return [{ index, text: dayLabel(dayOf(value), false) }];
    if (hours !== undefined && hourOf(value) % hours === 0) return [{ index, text: value.slice(11, 16) }];
    return [];
  });
  // A first day of a few hours would push out the label of the next one, which begins at midnight.
  const second = labels.find((label) => label.index > 0 && starts[label.index]);
  if (second && second.index * pitch < 8) labels.shift();
  const days = labels.filter((label) => label.index === 0 || starts[label.index]);
  const dense = days.length > 1 && (at.length / days.length) * pitch < 9;
  if (!dense) return labels;
  const nth = Math.ceil(9 / ((at.length / days.length) * pitch));
  return days.filter((_, index) => index % nth === 0);
}

const spansYears = (at: readonly string[]): boolean =>
  at.length > 1 && at[0]?.slice(0, 4) !== at.at(-1)?.slice(0, 4);

function dayLabel(day: string, withYear: boolean): string {
  const [year, month, dayOfMonth] = day.split('-');
  const short = `${Number(dayOfMonth)} ${months[Number(month) - 1] ?? month}`;
  return withYear ? `${short} ${year}` : short;
}
