import { usageError } from '../errors.ts';
import { calendarDay } from './arguments.ts';

/** A number with or without decimals, from `least` to `most`, or a usage error with an `example` of the option. */
export function decimal(option: string, text: string, least: number, most: number, example = most): number {
  const value = Number(text.replaceAll('_', ''));
  if (/^(\d[\d_]*)?(\.\d+)?$/.test(text) && text !== '' && value >= least && value <= most) return value;
  const limit = most.toLocaleString('en-US', { useGrouping: false });
  throw usageError(
    'bad_number',
    `${option} ${text} is not a number from ${least} to ${limit}`,
    `write it as ${option} ${example}`,
  );
}

const secondsOf: Readonly<Record<string, number>> = { ms: 0.001, '': 1, s: 1, m: 60, h: 3_600 };

/** `30s`, `2m`, `1.5h`, `500ms`, or plain seconds; in seconds. */
export function durationSeconds(option: string, text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h|)$/.exec(text) ?? [];
  const value = Number(number) * (secondsOf[unit ?? 'x'] ?? Number.NaN);
  if (value > 0 && value <= longestSeconds) return value;
  throw usageError(
    'bad_duration',
    `${option} ${text} is not a duration up to 8760h`,
    `write it as ${option} 30s, 2m or 1h`,
  );
}

const longestSeconds = 8_760 * 3_600;

const ageUnits: Readonly<Record<string, number>> = { m: 60, h: 3_600, d: 86_400, w: 604_800 };

/** How old something is, `90m`, `12h`, `30d`, `8w`; in seconds. Days are 24 hours. */
export function ageSeconds(option: string, text: string): number {
  const [, number, unit] = /^(\d{1,6})([mhdw])$/.exec(text) ?? [];
  const value = Number(number) * (ageUnits[unit ?? ''] ?? Number.NaN);
  if (value >= 0) return value;
  throw usageError('bad_age', `${option} ${text} is not an age`, `write it as ${option} 12h, 30d or 8w`);
}

/** An instant in ISO 8601 with its zone, from 1970 to 2999; milliseconds since 1970. */
export function instant(option: string, text: string): number {
  const day = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/.exec(text)?.[1];
  const at = day === undefined ? Number.NaN : Date.parse(text);
  if (day !== undefined && at >= 0 && text < '3000') {
    calendarDay(option, day);
    return at;
  }
  throw usageError(
    'bad_instant',
    `${option} ${text} is not an instant from 1970 to 2999`,
    `write it with its zone, such as ${option} 2018-05-01T00:00:00Z`,
  );
}
