/** JSON as it is written: scalars and names as their text, so that each can be spelled in any way, or wrongly. */
export type JsonText = string | { fields: [name: string, value: JsonText][] } | { items: JsonText[] };

/** A place that holds a value. */
export type Slot =
  | { fields: [name: string, value: JsonText][]; at: number }
  | { items: JsonText[]; at: number };

export function jsonTextOf(value: unknown): JsonText {
  if (Array.isArray(value)) return { items: value.map(jsonTextOf) };
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return { fields: Object.entries(value).map(([name, of]) => [JSON.stringify(name), jsonTextOf(of)]) };
}

/** `space` goes between all tokens. */
export function written(json: JsonText, space: string): string {
  if (typeof json === 'string') return json;
  const [open, close, parts] =
    'items' in json
      ? ['[', ']', json.items.map((item) => written(item, space))]
      : ['{', '}', json.fields.map(([name, value]) => `${name}${space}:${space}${written(value, space)}`)];
  return `${open}${space}${parts.join(`${space},${space}`)}${space}${close}`;
}

/** Every place within a value, outermost first. */
export function slotsIn(json: JsonText): Slot[] {
  if (typeof json === 'string') return [];
  if ('items' in json) return json.items.flatMap((item, at) => [{ items: json.items, at }, ...slotsIn(item)]);
  return json.fields.flatMap(([, value], at) => [{ fields: json.fields, at }, ...slotsIn(value)]);
}
