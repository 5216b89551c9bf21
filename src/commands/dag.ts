import type { Command } from 'commander';
import type { Register, Run } from '../cli/command.ts';
import { clientOf } from './dag-client.ts';
import { registerBackfill, registerTrigger } from './dag-runs.ts';

export const registerDag: Register = (program, run) => {
  const dag = program.command('dag').description('Airflow: the DAGs, their runs, their logs');
  registerList(dag, run);
  registerTrigger(dag, run);
  registerStatus(dag, run);
  registerBackfill(dag, run);
  registerLogs(dag, run);
  registerPause(dag, run, 'pause', 'start no run of it any more, be it due or asked for');
  registerPause(dag, run, 'unpause', 'start its runs again, first the one that is due');
};

function registerList(dag: Command, run: Run): void {
  dag
    .command('list')
    .description('each DAG with its schedule, its last and its next run')
    .action(
      run(async (context) => {
        const { listDags } = await import('../airflow/list.ts');
        const { listText } = await import('./dag-text.ts');
        const list = await listDags(await clientOf(context), (await context.config()).timezone);
        return { data: list, text: () => listText(list) };
      }),
    );
}

function registerStatus(dag: Command, run: Run): void {
  dag
    .command('status')
    .description('whether Airflow is at work, and the newest runs; of a DAG also the tasks of a run')
    .argument('[dag]', 'only this one')
    .option('--run <id>', 'this run of it')
    .option('--limit <n>', 'how many runs', '10')
    .action(
      run(async (context, name: string | undefined, flags: { run?: string; limit: string }) => {
        const { wholeNumber } = await import('../cli/arguments.ts');
        const limit = wholeNumber('--limit', flags.limit, 1, 100);
        if (name === undefined && flags.run !== undefined) {
          const { usageError } = await import('../errors.ts');
          throw usageError('run_of_which_dag', '--run needs the DAG that it is a run of');
        }
        const { readStatus } = await import('../airflow/status.ts');
        const { statusText } = await import('./dag-text.ts');
        const zone = (await context.config()).timezone;
        const which = { dag: name ?? null, run: flags.run ?? null, limit, zone };
        const status = await readStatus(await clientOf(context), which);
        return { data: status, text: (style) => statusText(status, style) };
      }),
    );
}

function registerLogs(dag: Command, run: Run): void {
  dag
    .command('logs')
    .description('what the tasks of a run wrote')
    .argument('<dag>', 'such as shop_daily_etl')
    .option('--run <id>', 'default: the one in which something happened last')
    .option('--task <name>', 'only this task')
    .option('--try <n>', 'default: the latest of each task')
    .action(
      run(async (context, name: string, flags: { run?: string; task?: string; try?: string }) => {
        const { wholeNumber } = await import('../cli/arguments.ts');
        const attempt = flags.try === undefined ? null : wholeNumber('--try', flags.try, 1, 1_000);
        const { readLogs } = await import('../airflow/logs.ts');
        const { logsText } = await import('./dag-text.ts');
        const which = { dag: name, run: flags.run ?? null, task: flags.task ?? null, try: attempt };
        const logs = await readLogs(await clientOf(context), which);
        return { data: logs, text: () => logsText(logs) };
      }),
    );
}

function registerPause(dag: Command, run: Run, verb: 'pause' | 'unpause', description: string): void {
  dag
    .command(verb)
    .description(description)
    .argument('<dag>', 'such as shop_daily_etl')
    .action(
      run(async (context, name: string) => {
        const { setPaused } = await import('../airflow/dags.ts');
        const result = await setPaused(await clientOf(context), name, verb === 'pause');
        return {
          data: result,
          text: () => `${name} is ${result.changed ? '' : 'already '}${result.paused ? 'paused' : 'on'}`,
        };
      }),
    );
}
