import type { Register } from '../cli/command.ts';
import type { LogLine } from '../runtime/logs.ts';

export const registerLogs: Register = (program, run) => {
  program
    .command('logs')
    .description('what the engines and jobs wrote')
    .argument('[service]', 'only this one: postgres, kafka, airflow or spark (or a part of it), stream')
    .option('-f, --follow', 'go on as they write, until Ctrl-C')
    .option('-n, --lines <n>', 'how many of the last lines of each', '200')
    .action(
      run(async (context, service: string | undefined, options: { follow?: boolean; lines: string }) => {
        const { wholeNumber } = await import('../cli/arguments.ts');
        const lines = wholeNumber('--lines', options.lines, 0, 1_000_000);
        const { openRuntime } = await import('../runtime/open.ts');
        const { progress, signal, output } = context;
        const runtime = await openRuntime({
          config: await context.config(),
          project: await context.project(),
          progress,
          signal,
        });
        const logs = await runtime.logs(service ?? null);
        const { readableLine } = await import('../process/log-line.ts');
        const tail = await logs.read(lines);
        const width = Math.max(0, ...tail.map(({ service: name }) => name.length));
        const shown = (entry: LogLine): string =>
          `${entry.service.padEnd(width)} | ${readableLine(entry.line)}`;
        if (!options.follow) {
          return {
            data: tail,
            text: () => tail.map(shown).join('\n'),
          };
        }
        for (const entry of tail) output.line(entry, shown(entry));
        await logs.follow(signal, (entry) => output.line(entry, shown(entry)));
        return undefined;
      }),
    );
};
