import {
  type ColumnFormat,
  type Display,
  displays,
  formats,
  type Parameter,
  parameterTypes,
  type Question,
} from './question.ts';

export interface Line {
  text: string;
  /** Counted from 1. */
  number: number;
}

type Declared = Omit<Question, 'name' | 'sql' | 'windowSql'> & { window: string | null };
type Fail = (message: string, line?: number) => never;

const identifier = /^[a-z_][a-z0-9_]*$/;

/** Reads the comment lines at the head of a question's file; `fail` throws. */
export function headerOf(lines: Line[], fail: Fail): Declared {
  const single = new Map<string, string>();
  const columns: ColumnFormat[] = [];
  const parameters: Parameter[] = [];
  for (const line of lines) {
    if (line.text === '') continue;
    const [, key = '', subject = '', value = ''] =
      /^([a-z]+)(?:\s+([a-z0-9_]+\??))?\s*:\s*(.*)$/.exec(line.text) ?? [];
    if (key === 'column' && subject) {
      columns.push(
        columnOf(subject, value) ?? fail(`write: column NAME: TITLE | ${formats.join(' or ')}`, line.number),
      );
    } else if (key === 'parameter' && subject) {
      const parameter = parameterOf(subject, value);
      parameters.push(
        parameter ??
          fail(`write: parameter NAME: ${parameterTypes.join(' or ')} = DEFAULT | TEXT`, line.number),
      );
    } else if (
      ['title', 'description', 'live', 'display', 'x', 'y', 'window'].includes(key) &&
      !subject &&
      value
    ) {
      if (single.has(key)) fail(`${key} is declared twice`, line.number);
      single.set(key, value);
    } else {
      fail(`header line not understood: ${line.text}`, line.number);
    }
  }
  const required = (key: string): string => single.get(key) ?? fail(`the header has no ${key}`);
  const display = displays.find((known) => known === required('display')) as Display | undefined;
  if (!display) return fail(`display must be one of ${displays.join(', ')}`);
  const x = single.get('x') ?? null;
  const y = (single.get('y') ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  for (const name of [...(x === null ? [] : [x]), ...y]) {
    if (!columns.some((column) => column.name === name))
      fail(`${name} is drawn but not declared as a column`);
  }
  if (display !== 'table' && (x === null || y.length === 0)) fail(`display ${display} needs x and y`);
  for (const name of repeated(columns)) fail(`column ${name} is declared twice`);
  for (const name of repeated(parameters)) fail(`parameter ${name} is declared twice`);
  const live = single.get('live') ?? 'false';
  if (live !== 'true' && live !== 'false') fail(`live must be true or false, not ${live}`);
  const window = single.get('window') ?? null;
  if (window !== null && !identifier.test(window)) fail(`window must be a plain name, not ${window}`);
  return {
    title: required('title'),
    description: required('description'),
    display,
    live: live === 'true',
    x,
    y,
    columns,
    parameters,
    window,
  };
}

function columnOf(name: string, value: string): ColumnFormat | null {
  const [title = '', formatName = ''] = value.split('|').map((part) => part.trim());
  const format = formats.find((known) => known === formatName);
  return identifier.test(name) && title && format ? { name, title, format } : null;
}

function parameterOf(subject: string, value: string): Parameter | null {
  const optional = subject.endsWith('?');
  const name = optional ? subject.slice(0, -1) : subject;
  const [, typeName, defaultValue, description] =
    /^([a-z]+)\s*(?:=\s*([^|]*?))?\s*\|\s*(.+)$/.exec(value) ?? [];
  const type = parameterTypes.find((known) => known === typeName);
  if (!identifier.test(name) || !type || !description) return null;
  if (optional && defaultValue !== undefined) return null;
  return { name, type, optional, default: defaultValue ?? null, description };
}

function repeated(things: { name: string }[]): string[] {
  const names = things.map((thing) => thing.name);
  return names.filter((name, index) => names.indexOf(name) !== index);
}
