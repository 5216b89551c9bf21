import type { Register } from '../cli/command.ts';
import type { DaySource } from '../etl/source.ts';
import type { EtlRequest, EtlResult } from '../spark/etl.ts';

interface EtlFlags {
  date?: string;
  from?: string;
  to?: string;
  full?: boolean;
  only?: boolean;
}

export const registerEtl: Register = (program, run) => {
  const etl = program.command('etl').description('the batch: shop.* to curated.* by Spark');
  etl
    .command('run')
    .description('make business days of curated anew, with the changed days that are curated already')
    .option('--date <day>', 'one business day, YYYY-MM-DD')
    .option('--from <day>', 'first day of a range')
    .option('--to <day>', 'last day of a range')
    .option('--full', 'every day there is')
    .option('--only', 'the named days alone')
    .action(
      run(async (context, flags: EtlFlags) => {
        const request = await requestOf(flags);
        const { runEtl } = await import('../spark/etl.ts');
        const { progress, signal } = context;
        const result = await runEtl(
          { config: await context.config(), project: await context.project(), progress, signal },
          { request, only: flags.only ?? false },
        );
        return { data: result, text: () => summary(result) };
      }),
    );
  etl
    .command('source')
    .description('what shop.* and curated.* hold of a business day')
    .requiredOption('--date <day>', 'the business day, YYYY-MM-DD')
    .action(
      run(async (context, flags: { date: string }) => {
        const { calendarDay } = await import('../cli/arguments.ts');
        const date = calendarDay('--date', flags.date);
        const { readSource } = await import('../etl/source.ts');
        const { postgres, timezone } = await context.config();
        const source = await readSource(postgres.owner, timezone, date);
        return { data: source, text: () => sourceText(source) };
      }),
    );
  etl
    .command('status')
    .description('the newest runs with the checks that they recorded')
    .option('--run <n>', 'only this run')
    .option('--limit <n>', 'how many runs', '10')
    .action(
      run(async (context, flags: { run?: string; limit: string }) => {
        const { wholeNumber } = await import('../cli/arguments.ts');
        const runId =
          flags.run === undefined ? null : wholeNumber('--run', flags.run, 1, Number.MAX_SAFE_INTEGER);
        const limit = wholeNumber('--limit', flags.limit, 1, 1_000);
        const { readRuns } = await import('../etl/status.ts');
        const { runsText } = await import('../etl/status-text.ts');
        const runs = await readRuns((await context.config()).postgres.owner, { runId, limit });
        return { data: { runs }, text: () => runsText(runs, runId !== null) };
      }),
    );
};

async function requestOf({ date, from, to, full }: EtlFlags): Promise<EtlRequest> {
  const { calendarDay } = await import('../cli/arguments.ts');
  const { usageError } = await import('../errors.ts');
  const ways = [date !== undefined, from !== undefined || to !== undefined, full === true].filter(
    Boolean,
  ).length;
  if (ways !== 1)
    throw usageError(
      'which_days',
      'name the days: --date D, --from D --to D, or --full',
      'shop-pipe etl run --date 2018-05-01',
    );
  if (full) return { kind: 'full' };
  if (date !== undefined) return { kind: 'days', days: [calendarDay('--date', date)] };
  if (from === undefined || to === undefined) throw usageError('which_days', '--from and --to go together');
  const range = { kind: 'range' as const, from: calendarDay('--from', from), to: calendarDay('--to', to) };
  if (range.from > range.to) throw usageError('bad_range', `--from ${from} is after --to ${to}`);
  return range;
}

function summary(result: EtlResult): string {
  const { days, empty_days: empty, rows, seconds } = result;
  const count = (n: number | undefined): string => (n ?? 0).toLocaleString('en-US');
  const which =
    days.length === 1
      ? `day ${days[0]}`
      : `${days.length} days${days.length > 0 ? `, ${days[0]} to ${days.at(-1)}` : ''}`;
  const lines = [
    `curated ${which}: ${count(rows['fact_orders'])} order lines`,
    `dimensions: ${count(rows['dim_customers'])} customers, ${count(rows['dim_products'])} products`,
    `${seconds['total']?.toFixed(1)} s; every check held`,
  ];
  if (empty.length > 0)
    lines.push(`without orders: ${empty.length > 5 ? `${empty.length} days` : empty.join(', ')}`);
  return lines.join('\n');
}

function sourceText({ date, ...day }: DaySource): string {
  const lines = (n: number): string => `${n.toLocaleString('en-US')} order lines`;
  const orders = day.source_orders.toLocaleString('en-US');
  return [
    `${date}: ${lines(day.source_lines)} of ${orders} orders in the shop`,
    day.curated ? `curated with ${lines(day.curated_lines)}` : 'not curated',
  ].join('\n');
}
