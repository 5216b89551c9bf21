import { Option } from 'commander';
import type { Register } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import type { SqlSession } from '../sql/session.ts';
import type { Source } from '../sql/source.ts';

interface Flags {
  as: string;
  command?: string;
  format: 'table' | 'csv';
  maxRows?: string;
}

export const registerSql: Register = (program, run) => {
  program
    .command('sql')
    .description('run SQL from a file, stdin or -c; on a terminal without any of them, a prompt')
    .argument('[file]', 'a file of statements; - for stdin')
    .option('--as <role>', 'owner, shop_bi (which may only read), shop_etl or shop_stream', 'owner')
    .option('-c, --command <sql>', 'these statements')
    .addOption(
      new Option('--format <format>', 'how rows are shown').choices(['table', 'csv']).default('table'),
    )
    .option('--max-rows <n>', 'rows of a result; 0: all. Default 1000, with --format csv all')
    .action(
      run(async (context, file: string | undefined, flags: Flags) => {
        const { targetOf } = await import('../sql/roles.ts');
        const { inSqlSession } = await import('../sql/session.ts');
        const maxRows = await rowLimit(flags, context.output.json);
        const source = await chosenSource(context, file, flags.command);
        const target = targetOf((await context.config()).postgres, flags.as);
        const notice = (text: string): void => context.progress.note(text);
        return await inSqlSession(target, notice, async (session) => {
          if (source !== null) return await answer(context, session, source, flags.format, maxRows);
          const { prompt } = await import('./sql-prompt.ts');
          await prompt(context, session, maxRows);
          return undefined;
        });
      }),
    );
};

async function rowLimit({ maxRows, format }: Flags, json: boolean): Promise<number | null> {
  if (maxRows === undefined) return format === 'csv' && !json ? null : 1000;
  const { wholeNumber } = await import('../cli/arguments.ts');
  return wholeNumber('--max-rows', maxRows, 0, 1_000_000_000) || null;
}

/** Null for a prompt: nothing is named, and a person sits there. */
async function chosenSource(
  { output }: Context,
  file: string | undefined,
  command: string | undefined,
): Promise<Source | null> {
  const { usageError } = await import('../errors.ts');
  const { readSource, sourceOf } = await import('../sql/source.ts');
  if (file !== undefined && command !== undefined)
    throw usageError('file_or_command', 'give a file or -c, not both');
  if (command !== undefined) return sourceOf('-c', Buffer.from(command));
  if (file !== undefined && file !== '-') return await readSource(file);
  if (file === undefined && process.stdin.isTTY) {
    if (process.stdout.isTTY && !output.json) return null;
    throw usageError('no_sql', 'no statement is given', "shop-pipe sql -c 'select now()'");
  }
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk as Buffer));
  return sourceOf('stdin', Buffer.concat(chunks));
}

async function answer(
  context: Context,
  { client, target }: SqlSession,
  source: Source,
  format: Flags['format'],
  maxRows: number | null,
) {
  const { cancelOnAbort } = await import('../postgres/cancel.ts');
  const { runStatements } = await import('../sql/run.ts');
  const { DocumentSink } = await import('../sql/result-document.ts');
  const { csvSink, tableSink } = await import('./sql-output.ts');
  const { output, signal } = context;
  const document = new DocumentSink();
  const sink = output.json ? document : format === 'csv' ? csvSink(context) : tableSink(context);
  try {
    await cancelOnAbort(target, client, signal, () =>
      runStatements(client, source, sink, { maxRows, signal }),
    );
  } catch (error) {
    const { SqlFailure } = await import('../sql/failure.ts');
    if (error instanceof SqlFailure && !output.json) for (const line of error.details) output.say(line);
    throw error;
  }
  if (!output.json) return undefined;
  return { data: { role: target.user, results: await document.results(client) }, text: () => '' };
}
