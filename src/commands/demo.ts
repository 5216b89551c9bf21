import type { Register } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import type { TextStyle } from '../cli/output.ts';
import type { DemoResult } from '../demo/demo.ts';
import type { renderAs } from '../reports/render.ts';

export const registerDemo: Register = (program, run) => {
  program
    .command('demo')
    .description(
      'the whole story in one go: up, seed, etl, produce, stream, verify, reports (what npm start runs)',
    )
    .action(
      run(async (context) => {
        await initialiseOnce(context);
        const { runDemo } = await import('../demo/demo.ts');
        const { renderAs: render } = await import('../reports/render.ts');
        const { progress, signal } = context;
        const [config, project] = [await context.config(), await context.project()];
        const result = await runDemo({
          config,
          project,
          progress,
          signal,
          launcher: [process.execPath, process.argv[1] ?? ''],
        });
        const { reports, ...rest } = result;
        return {
          data: { ...rest, reports: reports.map((report) => report.result) },
          text: (style) => story(result, style, render, { home: project.home, envFile: project.envFile }),
          exitCode: result.verify?.ok === false ? 3 : 0,
        };
      }),
    );
};

async function initialiseOnce(context: Context): Promise<void> {
  const { ensureEnvFile, initNote } = await import('../config/init.ts');
  const { envFile } = await context.project();
  const written = await ensureEnvFile(envFile, process.env);
  if (written !== null) context.progress.note(initNote(written));
}

function story(
  result: DemoResult,
  style: TextStyle,
  render: typeof renderAs,
  where: { home: string; envFile: string },
): string {
  const charts = result.reports.map(({ question, result: report }) =>
    render('chart', question, report, style),
  );
  const failed = result.verify?.checks.filter((check) => !check.ok) ?? [];
  const verified =
    result.verify === null
      ? []
      : [
          failed.length === 0
            ? `verified: all ${result.verify.checks.length} checks of shop against curated hold`
            : `NOT verified: ${failed.map((check) => check.name).join(', ')} (npx shop-pipe verify)`,
        ];
  const produced =
    result.produce === null || result.stream === null
      ? []
      : [
          `produced: ${result.produce.acked.toLocaleString('en-US')} order events to ${result.produce.topic} at ${result.produce.achieved_per_s}/s`,
          `streamed: ${result.stream.totals.read.toLocaleString('en-US')} of them into Postgres, once each; from Kafka to the commit p50 ${ms(result.stream.latency_ms.p50)}, p99 ${ms(result.stream.latency_ms.p99)}`,
        ];
  const synthetic =
    result.dataset === 'synthetic'
      ? [
          'The real dataset: download olistbr/brazilian-ecommerce from Kaggle, then',
          '    npx shop-pipe seed olist --path archive.zip --replace && npx shop-pipe etl run --full',
        ]
      : [];
  return [
    '',
    ...charts.flatMap((chart) => [chart, '']),
    result.dataset === 'olist'
      ? 'These are figures of the Olist dataset.'
      : 'These are figures of a synthetic shop.',
    ...verified,
    ...produced,
    '',
    'Running:',
    ...result.services.map(
      (s) =>
        `    ${s.name} ${s.version ?? ''}${s.endpoint === null ? '' : ` at ${s.endpoint}`} (${s.state}${s.pid === null ? '' : `, pid ${s.pid}`})`,
    ),
    `    data and logs in ${where.home}, settings and passwords in ${where.envFile}`,
    'Look further:',
    '    npx shop-pipe report                        every report; --format table|csv, --from, --to',
    '    npx shop-pipe etl run --date 2018-05-01     make one day anew',
    '    npx shop-pipe produce --rate 500            order events until Ctrl-C; the stream takes them in',
    '    npx shop-pipe report orders-per-hour --watch   or recent-orders, cancellations, top-products-today',
    '    npx shop-pipe stream status | stop | start',
    '    npx shop-pipe dag trigger shop_daily_etl --date 2018-05-01 --wait',
    '    npx shop-pipe verify | status | logs -f | doctor | --help',
    ...synthetic,
    'Stop it:',
    '    npx shop-pipe down                          the data stays; --purge deletes it',
  ].join('\n');
}

const ms = (value: number | null): string => (value === null ? '?' : `${Math.round(value)} ms`);
