import { type ShopPipeError, usageError } from '../errors.ts';
import { closestName } from './closest-name.ts';
import type { Parameter, Question } from './question.ts';

/** What a caller gives for parameters; undefined is the same as not given. */
export type GivenParameters = Readonly<Record<string, string | number | undefined>>;

/**
 * Checks what was given against what the question declares, and fills in the defaults.
 *
 * @returns a value for each parameter that has one, as text for PostgreSQL.
 * @throws ShopPipeError of kind `usage` for an unknown parameter, a missing or bad value, or from after to.
 */
export function parameterValues(question: Question, given: GivenParameters): Map<string, string> {
  const names = question.parameters.map((parameter) => parameter.name);
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || names.includes(name)) continue;
    // The time zone is a setting, which consumers pass themselves.
    const options = names.filter((option) => option !== 'timezone');
    const close = closestName(name, options);
    throw usageError(
      'report_parameter_unknown',
      `report ${question.name} takes no --${name}`,
      options.length === 0
        ? 'it takes none'
        : `it takes --${options.join(', --')}${close ? `; did you mean --${close}?` : ''}`,
    );
  }
  const values = new Map<string, string>();
  for (const parameter of question.parameters) {
    const value = given[parameter.name] ?? parameter.default;
    if (value !== null) values.set(parameter.name, checked(parameter, String(value)));
    else if (!parameter.optional) {
      throw usageError(
        'report_parameter_missing',
        `report ${question.name} needs --${parameter.name}`,
        parameter.description,
      );
    }
  }
  const [from, to] = [values.get('from'), values.get('to')];
  if (from !== undefined && to !== undefined && from > to) {
    throw usageError('report_window_reversed', `--from ${from} is after --to ${to}`, 'exchange the two');
  }
  return values;
}

function checked({ name, type }: Parameter, value: string): string {
  const refuse = (wanted: string): ShopPipeError =>
    usageError('report_parameter_invalid', `--${name} ${JSON.stringify(value)} is not ${wanted}`);
  switch (type) {
    case 'date':
      if (!isDay(value)) throw refuse('a day from 1900 to 2100 such as 2018-05-01');
      return value;
    case 'count':
      if (!/^0*[1-9]\d{0,8}$/.test(value)) throw refuse('a whole number from 1 to 999999999');
      return value;
    case 'number':
      if (!/^[-+]?(\d+\.?\d*|\.\d+)$/.test(value)) throw refuse('a number such as 12.5');
      return value;
    case 'text':
      if (value.includes('\0')) throw refuse('text that PostgreSQL can hold');
      return value;
  }
}

/** The years are bounded because a report fills its window with zeros: 0001 to 9999 would be 87 million hours. */
function isDay(value: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value) || value < '1900' || value >= '2101') return false;
  const parsed = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(value);
}
