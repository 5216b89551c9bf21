import { readFile } from 'node:fs/promises';
import { dataError, environmentError, ShopPipeError } from '../errors.ts';
import { type Statement, splitStatements } from '../postgres/migrations/statements.ts';

/** SQL with the name that messages call it by. */
export interface Source {
  name: string;
  text: string;
  statements: readonly Statement[];
}

/** @throws ShopPipeError `no_sql_file`, and as {@link sourceOf}. */
export async function readSource(path: string): Promise<Source> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const why = { ENOENT: 'there is no such file', EISDIR: 'it is a folder', EACCES: 'no permission' }[code];
    throw environmentError('no_sql_file', `cannot read ${path}: ${why ?? code}`, { cause: error });
  }
  return sourceOf(path, bytes);
}

/** @throws ShopPipeError kind `data` for what is not UTF-8, has no statement, or a quote or comment that never ends. */
export function sourceOf(name: string, bytes: Uint8Array): Source {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw dataError('sql_malformed', `${name} is not UTF-8`, {
      suggestion: 'save it as UTF-8',
      cause: error,
    });
  }
  if (text.includes('\0')) throw dataError('sql_malformed', `${name} has a NUL byte`);
  text = text.replace(/\r\n?/g, '\n');
  const statements = split(name, text);
  if (statements.length === 0) throw dataError('sql_empty', `${name} has no statement`);
  return { name, text, statements };
}

function split(name: string, text: string): Statement[] {
  try {
    return splitStatements(text, name);
  } catch (error) {
    if (!(error instanceof ShopPipeError)) throw error;
    throw dataError('sql_malformed', error.message, { cause: error });
  }
}

/** Whether text typed so far ends with the end of a statement: whatever follows would begin another one. */
export function isComplete(text: string): boolean {
  try {
    const count = splitStatements(text, '').length;
    return count > 0 && splitStatements(`${text}\nx`, '').length > count;
  } catch {
    return false;
  }
}
