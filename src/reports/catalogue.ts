import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { environmentError, usageError } from '../errors.ts';
import { closestName } from './closest-name.ts';
import { parseQuestion } from './parse.ts';
import type { Question } from './question.ts';

/** Names of the questions in a folder, sorted: its files `*.sql` without the ending. */
async function questionNames(folder: string): Promise<string[]> {
  try {
    const files = await readdir(folder);
    return files
      .filter((file) => file.endsWith('.sql'))
      .map((file) => file.slice(0, -'.sql'.length))
      .sort();
  } catch (error) {
    throw environmentError('questions_missing', `cannot read the folder of questions ${folder}`, {
      cause: error,
    });
  }
}

/** Every question of a folder, by name. */
export async function listQuestions(folder: string): Promise<Question[]> {
  const names = await questionNames(folder);
  return Promise.all(names.map((name) => readQuestion(folder, name)));
}

/**
 * The question of that name.
 *
 * @throws ShopPipeError of kind `usage` that lists the known ones and says which is meant, perhaps.
 */
export async function findQuestion(folder: string, name: string): Promise<Question> {
  const names = await questionNames(folder);
  // Only names that were listed are opened: `name` comes from the command line and could be a path.
  if (names.includes(name)) return readQuestion(folder, name);
  const close = closestName(name, names);
  throw usageError(
    'question_unknown',
    `no question is called ${JSON.stringify(name)}; there are ${names.join(', ')}`,
    close ? `shop-pipe report ${close}` : 'shop-pipe report',
  );
}

const readQuestion = async (folder: string, name: string): Promise<Question> =>
  parseQuestion(name, await readFile(join(folder, `${name}.sql`), 'utf8'));
