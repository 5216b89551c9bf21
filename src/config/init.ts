import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { parse } from 'dotenv';
import { envFileText } from './document.ts';
import { freePort } from './free-port.ts';
import { type Variable, variables } from './schema.ts';
import { rememberSecrets } from './secrets.ts';

export interface InitResult {
  file: string;
  /** False where the file was there already. */
  created: boolean;
  /** Names of the keys that got a value. */
  added: string[];
}

/**
 * Writes `.env`, or completes it: a key without a value gets a random secret, a free port or its default; a key that
 * has one, in the file or in the environment, is left alone. Several at once end with one file that all agree on.
 */
export async function initialise(file: string, env: NodeJS.ProcessEnv): Promise<InitResult> {
  const before = read(file);
  const present = before === null ? {} : parse(before);
  const values = new Map<string, string>();
  for (const variable of variables as readonly Variable[]) {
    if (present[variable.name]) continue;
    if (variable.fill === 'generated') {
      values.set(variable.name, env[variable.name] || randomSecret(variable.bytes ?? 24));
    } else if (variable.fill === 'fernet') {
      values.set(variable.name, env[variable.name] || `${randomBytes(32).toString('base64url')}=`);
    } else if (variable.fill === 'port') {
      values.set(variable.name, env[variable.name] || String(await freePort(Number(variable.default))));
    } else if (variable.fill === 'endpoint' || variable.fill === 'url') {
      values.set(variable.name, env[variable.name] || (await withFreePort(variable.default ?? '')));
    } else if (variable.fill === 'portOf') {
      const url = values.get(variable.of ?? '') ?? present[variable.of ?? ''] ?? '';
      values.set(variable.name, env[variable.name] || portOf(url) || (variable.default ?? ''));
    } else if (!(variable.name in present)) {
      values.set(variable.name, variable.default ?? '');
    }
  }
  rememberSecrets([...values.keys()].filter(isSecret).map((name) => values.get(name) ?? ''));
  if (before === null) {
    if (writeNew(file, envFileText(values))) return { file, created: true, added: filled(values) };
    return initialise(file, env); // Somebody else's init was first: theirs counts.
  }
  if (values.size > 0) replace(file, complete(before, values));
  else if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
  return { file, created: false, added: filled(values) };
}

/** What was done, for people. */
export const initSummary = ({ file, created, added }: InitResult): string =>
  added.length === 0
    ? `${file} has every key; nothing changed`
    : `${created ? 'wrote' : 'completed'} ${file} (mode 0600): ${added.join(', ')}`;

/** The same in passing. */
export const initNote = (result: InitResult): string =>
  result.created ? `wrote ${result.file} with random secrets` : initSummary(result);

/**
 * For `up`: makes `.env` where there is none. One that exists is completed only where it lacks a random secret that
 * nobody else gives: it is older than the engine that needs it. Null where nothing changed.
 */
export async function ensureEnvFile(file: string, env: NodeJS.ProcessEnv): Promise<InitResult | null> {
  const before = read(file);
  const present = before === null ? {} : parse(before);
  const lacks = (variables as readonly Variable[]).some(
    ({ name, secret, fill, default: none }) =>
      secret && fill !== undefined && none === '' && !present[name] && !env[name],
  );
  return before === null || lacks ? initialise(file, env) : null;
}

/** With a digit and a letter in it, as Metabase and others want it of a password. */
function randomSecret(bytes: number): string {
  for (;;) {
    const secret = randomBytes(bytes).toString('base64url');
    if (/\d/.test(secret) && /[A-Za-z]/.test(secret)) return secret;
  }
}

async function withFreePort(preferred: string): Promise<string> {
  const colon = preferred.lastIndexOf(':');
  return `${preferred.slice(0, colon)}:${await freePort(Number(preferred.slice(colon + 1)))}`;
}

const portOf = (url: string): string => (URL.canParse(url) ? new URL(url).port : '');

const isSecret = (name: string): boolean =>
  (variables as readonly Variable[]).some((v) => v.name === name && v.secret);

const filled = (values: Map<string, string>): string[] =>
  [...values].filter(([, value]) => value !== '').map(([name]) => name);

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Keys that stand there empty are filled in place, the others go to the end; every other line stays as it is. */
function complete(before: string, values: Map<string, string>): string {
  const rest = new Map(values);
  const lines = before
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => {
      const name = /^\s*(?:export\s+)?([A-Z0-9_]+)\s*=\s*(?:""|'')?\s*(?:#.*)?$/.exec(line)?.[1];
      if (name === undefined || !rest.has(name)) return line;
      const value = rest.get(name) ?? '';
      rest.delete(name);
      return `${name}=${value}`;
    });
  return `${[...lines, ...[...rest].map(([name, value]) => `${name}=${value}`)].join('\n')}\n`;
}

function temporary(file: string, text: string): string {
  makeFolder(dirname(file));
  const path = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    writeFileSync(path, text, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    // A full disk takes the first part of it, with secrets.
    rmSync(path, { force: true });
    throw error;
  }
  return path;
}

/** Not by Node's `recursive`, which goes on for ever where a parent takes no folder, as in /proc. */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/** Atomic, and only where there is none yet. */
function writeNew(file: string, text: string): boolean {
  const path = temporary(file, text);
  try {
    linkSync(path, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(path, { force: true });
  }
}

function replace(file: string, text: string): void {
  renameSync(temporary(file, text), file);
}
