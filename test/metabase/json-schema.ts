/** JSON Schema as far as Metabase's API document uses it. */
export interface Schema {
  $ref?: string;
  type?: string;
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  required?: string[];
  items?: Schema;
  prefixItems?: Schema[];
  minLength?: number;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  uniqueItems?: boolean;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
}

/** What is wrong with `value`, each with its place; empty where nothing is. */
export function violations(
  schema: Schema,
  value: unknown,
  definitions: Record<string, Schema>,
  at = '',
): string[] {
  const inner = (one: Schema, part: unknown, name: string): string[] =>
    violations(one, part, definitions, `${at}/${name}`);
  if (schema.$ref !== undefined) {
    const name = schema.$ref.replace('#/components/schemas/', '');
    const target = definitions[name];
    return target ? violations(target, value, definitions, at) : [`${at}: no schema ${name}`];
  }
  const found: string[] = [];
  const refuse = (what: string): void => void found.push(`${at || '/'}: ${what}`);
  if (schema.const !== undefined && schema.const !== value) refuse(`is not ${JSON.stringify(schema.const)}`);
  if (schema.enum && !schema.enum.includes(value))
    refuse(`${JSON.stringify(value)} is none of ${schema.enum.join(', ')}`);
  if (schema.type !== undefined && !isOfType(schema.type, value))
    return [...found, `${at || '/'}: is no ${schema.type}`];
  if (typeof value === 'string') {
    if (value.length < (schema.minLength ?? 0)) refuse('is too short');
    if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(value))
      refuse(`does not match ${schema.pattern}`);
  }
  if (typeof value === 'number') {
    if (value < (schema.minimum ?? -Infinity)) refuse(`is below ${schema.minimum}`);
    if (value > (schema.maximum ?? Infinity)) refuse(`is above ${schema.maximum}`);
  }
  if (Array.isArray(value)) {
    (schema.prefixItems ?? []).forEach((one, i) => found.push(...inner(one, value[i], String(i))));
    if (schema.items)
      value.forEach((part, i) => found.push(...inner(schema.items as Schema, part, String(i))));
    if (schema.uniqueItems && new Set(value.map((part) => JSON.stringify(part))).size < value.length)
      refuse('repeats an item');
  } else if (typeof value === 'object' && value !== null) {
    for (const name of schema.required ?? []) if (!(name in value)) refuse(`lacks ${name}`);
    for (const [name, part] of Object.entries(value)) {
      const one = schema.properties?.[name] ?? schema.additionalProperties;
      if (typeof one === 'object') found.push(...inner(one, part, name));
    }
  }
  // The document's alternatives overlap (some are `{}`), so that "exactly one" would refuse what the server takes.
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices && !choices.some((one) => violations(one, value, definitions, at).length === 0))
    refuse(`${JSON.stringify(value)} fits no alternative`);
  for (const one of schema.allOf ?? []) found.push(...violations(one, value, definitions, at));
  return found;
}

function isOfType(type: string, value: unknown): boolean {
  switch (type) {
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'array':
      return Array.isArray(value);
    case 'integer':
      return Number.isInteger(value);
    case 'null':
      return value === null;
    default:
      return typeof value === type;
  }
}
