import type { Register } from '../cli/command.ts';

export const registerLogs: Register = (program, run) => {
  program
    .command('logs')
    .description('what the engines and jobs wrote')
    .argument('[service]', 'only this one: postgres, kafka, spark')
    .option('-f, --follow', 'go on as they write, until Ctrl-C')
    .option('-n, --lines <n>', 'how many of the last lines of each', '200')
    .action(
      run(async (context, service: string | undefined, options: { follow?: boolean; lines: string }) => {
        const { wholeNumber } = await import('../cli/arguments.ts');
        const lines = wholeNumber('--lines', options.lines, 0, 1_000_000);
        const { openRuntime } = await import('../runtime/open.ts');
        const { followLogs, readLogs } = await import('../runtime/logs.ts');
        const { progress, signal, output } = context;
        const runtime = await openRuntime({
          config: await context.config(),
          project: await context.project(),
          progress,
          signal,
        });
        const sources = await runtime.logs(service ?? null);
        const tail = readLogs(sources, lines);
        if (!options.follow) {
          return {
            data: tail,
            text: () => tail.map((entry) => `${entry.service.padEnd(8)} | ${entry.line}`).join('\n'),
          };
        }
        for (const entry of tail) output.line(entry, `${entry.service.padEnd(8)} | ${entry.line}`);
        await followLogs(sources, signal, (entry) =>
          output.line(entry, `${entry.service.padEnd(8)} | ${entry.line}`),
        );
        return undefined;
      }),
    );
};
