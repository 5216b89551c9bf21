import { CommanderError } from 'commander';
import type { Body, Register, Run } from './command.ts';
import { createContext, type GlobalFlags } from './context.ts';
import { exitCodeOf, exitCodes } from './exit-codes.ts';
import { normaliseError } from './normalise-error.ts';
import { Output } from './output.ts';
import { createProgram } from './program.ts';
import { createProgress } from './progress.ts';

/**
 * Runs one command line (`argv` without node and script) and returns its exit code. Never throws.
 *
 * @param registers other commands than those of shop-pipe.
 */
export async function main(argv: readonly string[], registers?: readonly Register[]): Promise<number> {
  // Known before commander has parsed, so that a wrong option is told in JSON as well.
  const output = new Output(argv.includes('--json'), process.stdout, process.stderr, process.env);
  const interruption = interruptions();
  let exitCode: number = exitCodes.done;

  const run: Run =
    (body) =>
    async (...args) => {
      const flags = commandOf(args).optsWithGlobals() as GlobalFlags;
      const progress = createProgress(process.stderr, (line) => output.say(line), output.style.unicode);
      try {
        const context = createContext(flags, output, progress, interruption.signal);
        const outcome = await (body as Body)(context, ...args.slice(0, -1));
        progress.close();
        if (outcome) output.outcome(outcome);
        exitCode = outcome?.interrupted
          ? exitCodeOf('interrupted', interruption.received())
          : (outcome?.exitCode ?? exitCodes.done);
      } finally {
        progress.close();
      }
    };

  try {
    await createProgram(run, registers).parseAsync(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done;
    if (error instanceof CommanderError && error.code === 'commander.help') {
      // No command was named; commander has written the help to stderr.
      if (output.json) output.error(noCommand);
      return exitCodes.usage;
    }
    const normal = normaliseError(error, interruption.signal.aborted);
    output.error({ code: normal.code, message: normal.message, suggestion: normal.suggestion ?? null });
    if (argv.includes('--debug'))
      output.say(String((normal.cause as Error | undefined)?.stack ?? normal.stack));
    exitCode = exitCodeOf(normal.kind, interruption.received());
  }
  return exitCode;
}

const noCommand = { code: 'no_command', message: 'no command is named', suggestion: 'shop-pipe --help' };

const commandOf = (args: unknown[]): { optsWithGlobals(): object } =>
  args[args.length - 1] as { optsWithGlobals(): object };

/** The first Ctrl-C or SIGTERM aborts the signal, so that work can end cleanly; a second one ends the process. */
function interruptions(): { signal: AbortSignal; received(): NodeJS.Signals | null } {
  const controller = new AbortController();
  let received: NodeJS.Signals | null = null;
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (received !== null) process.exit(exitCodeOf('interrupted', received));
      received = name;
      controller.abort();
    });
  }
  return { signal: controller.signal, received: () => received };
}
