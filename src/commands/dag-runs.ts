import type { Command } from 'commander';
import type { Run } from '../cli/command.ts';
import { clientOf, viewOf } from './dag-client.ts';

interface TriggerFlags {
  date?: string;
  wait?: boolean;
  rerun?: boolean;
  timeout?: string;
}

export function registerTrigger(dag: Command, run: Run): void {
  dag
    .command('trigger')
    .description('run a DAG now, for one business day')
    .argument('<dag>', 'such as shop_daily_etl')
    .option('--date <day>', 'the business day, YYYY-MM-DD')
    .option('--wait', 'until it has ended; exit 1 where it failed')
    .option('--timeout <time>', 'how long to wait at most: 90s, 10m; the run goes on')
    .option('--rerun', 'a day that was run already is run again')
    .action(
      run(async (context, name: string, flags: TriggerFlags) => {
        const { calendarDay } = await import('../cli/arguments.ts');
        const date = flags.date === undefined ? null : calendarDay('--date', flags.date);
        const timeoutSeconds = await timeoutOf(flags);
        const { trigger } = await import('../airflow/trigger.ts');
        const { triggeredText } = await import('./dag-run-text.ts');
        const { view, progress } = await viewOf(context);
        const result = await trigger(await clientOf(context, progress), {
          dag: name,
          date,
          zone: (await context.config()).timezone,
          rerun: flags.rerun ?? false,
          wait: flags.wait ? { view, timeoutSeconds } : null,
        });
        const exitCode = result.run.state === 'failed' ? 1 : 0;
        return { data: result, text: (style) => triggeredText(result, style), exitCode };
      }),
    );
}

interface BackfillFlags {
  from: string;
  to: string;
  wait?: boolean;
  rerun?: boolean;
  timeout?: string;
}

export function registerBackfill(dag: Command, run: Run): void {
  dag
    .command('backfill')
    .description('run a range of business days in their order; those that succeeded before are kept')
    .argument('<dag>', 'such as shop_daily_etl')
    .requiredOption('--from <day>', 'first business day, YYYY-MM-DD')
    .requiredOption('--to <day>', 'last business day, inclusive')
    .option('--wait', 'until all have ended; exit 1 where one failed')
    .option('--timeout <time>', 'how long to wait at most: 10m, 2h; the runs go on')
    .option('--rerun', 'run all of them, also those that succeeded before')
    .action(
      run(async (context, name: string, flags: BackfillFlags) => {
        const { calendarDay } = await import('../cli/arguments.ts');
        const [from, to] = [calendarDay('--from', flags.from), calendarDay('--to', flags.to)];
        const timeoutSeconds = await timeoutOf(flags);
        const { backfill } = await import('../airflow/backfill.ts');
        const { backfillText } = await import('./dag-run-text.ts');
        const result = await backfill(await clientOf(context), {
          dag: name,
          from,
          to,
          zone: (await context.config()).timezone,
          rerun: flags.rerun ?? false,
          wait: flags.wait ?? false,
          timeoutSeconds,
        });
        return { data: result, text: () => backfillText(result), exitCode: result.failure === null ? 0 : 1 };
      }),
    );
}

async function timeoutOf({ wait, timeout }: { wait?: boolean; timeout?: string }): Promise<number | null> {
  if (timeout === undefined) return null;
  const { durationSeconds } = await import('../cli/measures.ts');
  const { usageError } = await import('../errors.ts');
  if (!wait) throw usageError('timeout_without_wait', '--timeout says how long --wait waits');
  return durationSeconds('--timeout', timeout);
}
