import { usageError } from '../errors.ts';

/** A whole number from `least` to `most`, or a usage error naming the option. */
export function wholeNumber(
  option: string,
  text: string,
  least: number,
  most: number,
  suggestion = `write it as ${option} ${Math.min(most, Math.max(least, 10))}`,
): number {
  const value = Number(text.replaceAll('_', ''));
  if (/^\d[\d_]*$/.test(text) && value >= least && value <= most) return value;
  throw usageError(
    'bad_number',
    `${option} ${text} is not a whole number from ${least} to ${most}`,
    suggestion,
  );
}

/** A calendar day `YYYY-MM-DD` that exists; neither Postgres nor Python knows a year 0. */
export function calendarDay(option: string, text: string): string {
  const date = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : null;
  if (date && text >= '0001' && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text))
    return text;
  throw usageError(
    'bad_date',
    `${option} ${text} is not a day`,
    `write it as YYYY-MM-DD, such as ${option} 2018-05-01`,
  );
}
