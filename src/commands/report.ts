import { join } from 'node:path';
import { Option } from 'commander';
import type { Register } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import type { PgTarget } from '../postgres/target.ts';
import type { Question } from '../reports/question.ts';
import type { RunOptions } from '../reports/run.ts';

interface Options {
  format: 'chart' | 'table' | 'csv';
  watch?: string | true;
  from?: string;
  to?: string;
  day?: string;
  hours?: string;
  limit?: string;
  category?: string;
}

export const registerReport: Register = (program, run) => {
  program
    .command('report')
    .description('figures of the shop as a chart, a table or CSV; without a question lists the questions')
    .argument('[question]', 'a file of sql/questions, e.g. daily-revenue')
    .addOption(
      new Option('--format <format>', 'how text is shown')
        .choices(['chart', 'table', 'csv'])
        .default('chart'),
    )
    .option('-w, --watch [seconds]', 'ask again every 2 seconds, in place, until Ctrl-C')
    .option('--from <date>', 'first business day; default: the last 30 days that have orders')
    .option('--to <date>', 'last business day, inclusive')
    .option('--day <date>', 'of a question about today: another business day')
    .option('--hours <n>', 'of a question about the last hours: how many')
    .option('--category <name>', 'only this product category')
    .option('--limit <n>', 'how many rows of a ranking')
    .action(
      run(async (context, asked: string | undefined, { format, watch: every, ...given }: Options) => {
        // `--watch QUESTION` is read as a value of the option.
        const [name, watch] = asked === undefined && every !== true ? [every, true as const] : [asked, every];
        const { findQuestion, listQuestions } = await import('../reports/catalogue.ts');
        const folder = join((await context.project()).assets, 'sql', 'questions');
        if (name === undefined) {
          const { catalogueDocument, renderCatalogue } = await import('../reports/catalogue-text.ts');
          const questions = await listQuestions(folder);
          return { data: catalogueDocument(questions), text: (style) => renderCatalogue(questions, style) };
        }
        const question = await findQuestion(folder, name);
        const { postgres, timezone } = await context.config();
        const options = { signal: context.signal, timezone };
        if (watch !== undefined)
          return follow(context, postgres.bi, question, { format, watch, given, options });
        const { runReport } = await import('../reports/run.ts');
        const result = await runReport(postgres.bi, question, given, options);
        const { renderAs } = await import('../reports/render.ts');
        return { data: result, text: (style) => renderAs(format, question, result, style) };
      }),
    );
};

interface Watching {
  format: Options['format'];
  watch: string | true;
  given: Omit<Options, 'format' | 'watch'>;
  options: RunOptions;
}

/** Draws anew on a terminal, prints block after block elsewhere, a document a line with --json. */
async function follow(
  { output, progress }: Context,
  target: PgTarget,
  question: Question,
  { format, watch, given, options }: Watching,
): Promise<undefined> {
  const { decimal } = await import('../cli/measures.ts');
  const everyMs = 1000 * decimal('--watch', watch === true ? '2' : watch, 0.1, 86_400, 2);
  const { watchReport } = await import('../reports/watch.ts');
  const { renderAs } = await import('../reports/render.ts');
  const { Redrawn } = await import('../cli/redrawn.ts');
  const inPlace = !output.json && process.stdout.isTTY && process.env['TERM'] !== 'dumb';
  const screen = inPlace ? new Redrawn(process.stdout) : null;
  const style = (): typeof output.style => (screen ? { ...output.style, width: screen.width } : output.style);
  let drawn = '';
  let away = false;
  try {
    for await (const { result, trouble } of watchReport(target, question, given, { ...options, everyMs })) {
      if (trouble) {
        if (screen) screen.draw(`${drawn}\n\n! ${trouble.message}; asking on`);
        else if (!away) progress.warn(`${trouble.message}; asking on`);
      } else {
        drawn = renderAs(format, question, result, style()).trimEnd();
        if (screen) screen.draw(drawn);
        else output.line(result, `${drawn}\n`);
        if (away && !screen) progress.note('postgres answers again');
      }
      away = trouble !== undefined;
    }
  } finally {
    screen?.close();
  }
  return undefined;
}
