import { createInterface } from 'node:readline';
import type { Context } from '../cli/context.ts';
import { normaliseError } from '../cli/normalise-error.ts';
import { cancelOnAbort } from '../postgres/cancel.ts';
import { SqlFailure } from '../sql/failure.ts';
import { runStatements } from '../sql/run.ts';
import type { SqlSession } from '../sql/session.ts';
import { isComplete, sourceOf } from '../sql/source.ts';
import { tableSink } from './sql-output.ts';

const help = `statements end with ;
\\d    tables and views that the role may read
\\q    leave (or Ctrl-D)
Ctrl-C cancels a statement, or forgets what was typed`;

const relations = `select format('%I.%I', table_schema, table_name) as name, lower(table_type) as type
from information_schema.tables where table_schema not in ('pg_catalog', 'information_schema') order by 1;`;

/** Reads statements from a terminal until \q or Ctrl-D. An error ends a statement, not the session. */
export async function prompt(
  context: Context,
  { client, target }: SqlSession,
  maxRows: number | null,
): Promise<void> {
  const { output, signal } = context;
  const reader = createInterface({ input: process.stdin, output: process.stdout, historySize: 200 });
  const sink = tableSink(context);
  let typed = '';
  let running: AbortController | null = null;
  const ask = (): void => {
    const open = client.getTransactionStatus() === 'I' ? '' : '*';
    reader.setPrompt(typed === '' ? `${target.user}@${target.database}${open}> ` : '  ...> ');
    reader.prompt();
  };
  const answer = async (sql: string): Promise<void> => {
    running = new AbortController();
    try {
      const options = { maxRows, signal: running.signal };
      const source = sourceOf('input', Buffer.from(sql));
      await cancelOnAbort(target, client, running.signal, () => runStatements(client, source, sink, options));
    } catch (error) {
      if (error instanceof SqlFailure) for (const line of error.details) output.say(line);
      const { code, message, suggestion } = normaliseError(error, false);
      output.say(`error: ${message}${suggestion === undefined ? '' : `\n  try: ${suggestion}`}`);
      // Without a connection nothing more can be answered.
      if (code === 'sql_interrupted') throw error;
    } finally {
      running = null;
    }
  };
  reader.on('SIGINT', () => {
    if (running) running.abort();
    else {
      typed = '';
      process.stdout.write('\n');
      ask();
    }
  });
  const close = (): void => reader.close();
  signal.addEventListener('abort', close, { once: true });
  output.say(`${target.user} at ${target.host}:${target.port}/${target.database}; \\? for help`);
  try {
    ask();
    for await (const line of reader) {
      const word = typed === '' ? line.trim() : '';
      if (word === '\\q') break;
      if (word === '\\d') await answer(relations);
      else if (word.startsWith('\\')) output.say(help);
      else typed = typed === '' && word === '' ? '' : `${typed}${line}\n`;
      if (isComplete(typed)) {
        const sql = typed;
        typed = '';
        await answer(sql);
      }
      ask();
    }
  } finally {
    signal.removeEventListener('abort', close);
    reader.close();
  }
}
