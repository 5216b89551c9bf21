import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Schema, violations } from './json-schema.ts';

export interface Recording {
  request: { method: string; path: string; headers: Record<string, string>; body: unknown };
  response: { status: number; body: unknown };
}

interface Operation {
  parameters?: { in: string; name: string; required?: boolean; schema: Schema }[];
  requestBody?: { content: { 'application/json'?: { schema: Schema } } };
}

/**
 * The API document of a real Metabase 0.58 and what it answered, in the folder METABASE_API (default: `../shared/metabase`
 * beside the repository). Not ours to pass on, so it is no part of the repository.
 */
export class RecordedApi {
  readonly recordings: ReadonlyMap<string, Recording>;
  readonly #paths: Record<string, Record<string, Operation>>;
  readonly #definitions: Record<string, Schema>;
  /** By method and path with its numbers left out. */
  readonly #found = new Map<string, { operation: Operation; template: string } | null>();

  constructor(folder: string) {
    const read = (file: string): unknown => JSON.parse(readFileSync(join(folder, file), 'utf8'));
    const document = read('openapi.json') as {
      paths: Record<string, Record<string, Operation>>;
      components: { schemas: Record<string, Schema> };
    };
    this.#paths = document.paths;
    this.#definitions = document.components.schemas;
    const files = readdirSync(join(folder, 'transcript')).filter((file) => /^\d+-.*\.json$/.test(file));
    this.recordings = new Map(
      files.map((file) => [file.replace(/\.json$/, ''), read(join('transcript', file)) as Recording]),
    );
  }

  /** @param name such as `09-login` */
  recording(name: string): Recording {
    const found = this.recordings.get(name);
    if (!found) throw new Error(`nothing is recorded as ${name}`);
    return found;
  }

  /** A copy of a recorded answer, to be changed. */
  answer(name: string): Record<string, unknown> {
    return this.answerAs(name);
  }

  answerAs<T>(name: string): T {
    return structuredClone(this.recording(name).response.body) as T;
  }

  /** What the API document, and the shape of what was recorded, say against a request. */
  against(method: string, path: string, query: URLSearchParams, body: unknown): string[] {
    const call = `${method} ${path}`;
    // Not in the document, but recorded.
    if (call === 'GET /api/health') return [];
    const found = this.#find(method, path);
    if (!found) return [`${call}: the API document has no such call`];
    const { operation, template } = found;
    const problems: string[] = [];
    for (const [name, value] of query) {
      const known = operation.parameters?.find((one) => one.in === 'query' && one.name === name);
      if (!known) problems.push(`query ${name} is not known`);
      else problems.push(...this.#violations(known.schema, queryValue(known.schema, value)));
    }
    const schema = operation.requestBody?.content['application/json']?.schema;
    if (schema && method !== 'GET') problems.push(...this.#violations(schema, body));
    if (body !== null && method === 'GET') problems.push('a GET has a body');
    const known = this.#knownKeys(method, template, schema);
    for (const key of Object.keys((body ?? {}) as object))
      if (!known.has(key))
        problems.push(`${key} was never sent to a real server, and is not in the document`);
    return problems.map((problem) => `${call}: ${problem}`);
  }

  #violations(schema: Schema, value: unknown): string[] {
    return violations(schema, value, this.#definitions);
  }

  #knownKeys(method: string, template: string, schema: Schema | undefined): Set<string> {
    const alike = [...this.recordings.values()].filter(
      ({ request }) =>
        request.method === method && this.#find(method, pathOf(request.path))?.template === template,
    );
    const keys = alike.flatMap(({ request }) => Object.keys((request.body ?? {}) as object));
    return new Set([...keys, ...Object.keys(schema?.properties ?? {})]);
  }

  #find(method: string, path: string): { operation: Operation; template: string } | null {
    const key = `${method} ${path.replace(/\d+/g, '1')}`;
    const known = this.#found.get(key);
    if (known !== undefined) return known;
    const found = this.#search(method, path);
    this.#found.set(key, found);
    return found;
  }

  #search(method: string, path: string): { operation: Operation; template: string } | null {
    const plain = path.replace(/\/$/, '');
    const steps = plain.split('/');
    const fits = (template: string): boolean => {
      const parts = template.replace(/\/$/, '').split('/');
      return (
        parts.length === steps.length && parts.every((part, i) => part === steps[i] || /^\{.+\}$/.test(part))
      );
    };
    // A template without a variable is meant before one with.
    const templates = Object.keys(this.#paths)
      .filter(fits)
      .toSorted((a, b) => a.split('{').length - b.split('{').length);
    for (const template of templates) {
      const operation = this.#paths[template]?.[method.toLowerCase()];
      if (operation) return { operation, template };
    }
    return null;
  }
}

export const pathOf = (path: string): string => path.split('?')[0] ?? path;

function queryValue({ type }: Schema, value: string): unknown {
  if (type === 'boolean') return value === 'true' ? true : value === 'false' ? false : value;
  if (type === 'integer') return Number(value);
  // One value of a list is written like a single one.
  return type === 'array' ? [value] : value;
}

const root = resolve(import.meta.dirname, '../..');

/** Null where there is none: what needs it is skipped, and says so. */
export function recordedApi(): RecordedApi | null {
  const folder = process.env['METABASE_API'] || resolve(root, '../shared/metabase');
  if (existsSync(join(folder, 'openapi.json'))) return new RecordedApi(folder);
  process.stderr.write(
    `\n!!! METABASE_API: no openapi.json in ${folder}: the tests against Metabase's recorded API are SKIPPED\n`,
  );
  return null;
}
