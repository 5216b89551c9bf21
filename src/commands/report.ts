import { join } from 'node:path';
import { Option } from 'commander';
import type { Register } from '../cli/command.ts';

interface Options {
  format: 'chart' | 'table' | 'csv';
  from?: string;
  to?: string;
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
    .option('--from <date>', 'first business day; default: the last 30 days (48 hours) that have orders')
    .option('--to <date>', 'last business day, inclusive')
    .option('--category <name>', 'only this product category')
    .option('--limit <n>', 'how many rows of a ranking')
    .action(
      run(async (context, name: string | undefined, { format, ...given }: Options) => {
        const { findQuestion, listQuestions } = await import('../reports/catalogue.ts');
        const folder = join((await context.project()).assets, 'sql', 'questions');
        if (name === undefined) {
          const { catalogueDocument, renderCatalogue } = await import('../reports/catalogue-text.ts');
          const questions = await listQuestions(folder);
          return { data: catalogueDocument(questions), text: (style) => renderCatalogue(questions, style) };
        }
        const question = await findQuestion(folder, name);
        const config = await context.config();
        const { runReport } = await import('../reports/run.ts');
        const result = await runReport(config.postgres.bi, question, given, {
          signal: context.signal,
          timezone: config.timezone,
        });
        const { renderAs } = await import('../reports/render.ts');
        return { data: result, text: (style) => renderAs(format, question, result, style) };
      }),
    );
};
