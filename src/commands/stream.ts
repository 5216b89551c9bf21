import type { Command } from 'commander';
import type { Register, Run } from '../cli/command.ts';
import type { ResetTo } from '../stream/reset.ts';

interface RunFlags {
  drain?: boolean;
  takeOver?: boolean;
  supervised?: boolean;
}

const takeOver = ['--take-over', 'take the stream from whoever holds it'] as const;

export const registerStream: Register = (program, run) => {
  const stream = program.command('stream').description('order events from Kafka into shop.*, exactly once');
  registerStart(stream, run);
  registerStop(stream, run);
  registerStatus(stream, run);
  registerRun(stream, run);
  registerReset(stream, run);
};

function registerStart(stream: Command, run: Run): void {
  stream
    .command('start')
    .description('run it in the background, started again when it fails; returns when it runs')
    .option(...takeOver)
    .action(
      run(async (context, flags: RunFlags) => {
        const { startStream } = await import('../stream/start.ts');
        const { startText } = await import('./stream-text.ts');
        const { progress, signal } = context;
        const [config, project] = [await context.config(), await context.project()];
        const launcher = [process.execPath, process.argv[1] ?? ''] as const;
        const started = await startStream(
          { config, project, progress, signal, launcher: [...launcher] },
          flags.takeOver ?? false,
        );
        return { data: started, text: () => startText(started) };
      }),
    );
}

function registerStop(stream: Command, run: Run): void {
  stream
    .command('stop')
    .description('end what start began, after the batch under way')
    .action(
      run(async (context) => {
        const { stopAndTell } = await import('../stream/stop-and-tell.ts');
        const { stopText } = await import('./stream-text.ts');
        const { progress } = context;
        const stopped = await stopAndTell(await context.config(), await context.project(), progress);
        return { data: stopped, text: () => stopText(stopped) };
      }),
    );
}

function registerStatus(stream: Command, run: Run): void {
  stream
    .command('status')
    .description('state, lag, rate and latency, what is committed and what became of it')
    .action(
      run(async (context) => {
        const { streamStatus } = await import('../stream/status.ts');
        const { statusText } = await import('./stream-text.ts');
        const status = await streamStatus(await context.config(), await context.project());
        return { data: status, text: () => statusText(status) };
      }),
    );
}

function registerRun(stream: Command, run: Run): void {
  stream
    .command('run')
    .description('run it in the foreground, until Ctrl-C')
    .option('--drain', 'end when all that is in the topic now is in')
    .option(...takeOver)
    .option('--supervised', 'start it again when it fails, as what `stream start` starts does')
    .action(
      run(async (context, flags: RunFlags) => {
        const { runStream } = await import('../stream/run.ts');
        const { endText } = await import('./stream-text.ts');
        const { output, progress, signal } = context;
        const end = await runStream(
          { config: await context.config(), project: await context.project(), progress, signal },
          {
            drain: flags.drain ?? false,
            takeOver: flags.takeOver ?? false,
            supervised: flags.supervised ?? false,
            toLog: (flags.supervised ?? false) && !process.stderr.isTTY,
            onEvent: (event) => {
              if (output.json) output.line(event, '');
            },
          },
        );
        return { data: end, text: () => endText(end), interrupted: end.interrupted };
      }),
    );
}

function registerReset(stream: Command, run: Run): void {
  stream
    .command('reset')
    .description('forget how far it has read; the tables stay as they are')
    .option('--to <where>', 'where the next start begins: earliest or latest', 'earliest')
    .action(
      run(async (context, options: { to: string }) => {
        const { resetStream } = await import('../stream/reset.ts');
        const { resetText } = await import('./stream-text.ts');
        const to = await whereOf(options.to);
        const result = await resetStream(await context.config(), await context.project(), to);
        return { data: result, text: () => resetText(result) };
      }),
    );
}

async function whereOf(to: string): Promise<ResetTo> {
  if (to === 'earliest' || to === 'latest') return to;
  const { usageError } = await import('../errors.ts');
  throw usageError(
    'bad_where',
    `--to ${to} is neither earliest nor latest`,
    'shop-pipe stream reset --to latest',
  );
}
