import type { Register } from '../cli/command.ts';

export const registerDown: Register = (program, run) => {
  program
    .command('down')
    .description('stop the stack; the data stays')
    .option('--purge', 'delete its data and logs as well (.env stays)')
    .action(
      run(async (context, options: { purge?: boolean }) => {
        const { openRuntime } = await import('../runtime/open.ts');
        const { progress, signal } = context;
        const runtime = await openRuntime({
          config: await context.config(),
          project: await context.project(),
          progress,
          signal,
        });
        const purged = options.purge ?? false;
        const stopped = await runtime.down({ purge: purged });
        const what = stopped.length === 0 ? 'nothing was running' : `stopped ${stopped.join(', ')}`;
        return {
          data: { runtime: runtime.name, stopped, purged },
          text: () => (purged ? `${what}; data and logs are deleted` : what),
        };
      }),
    );
};
