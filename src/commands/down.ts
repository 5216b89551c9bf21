import type { Register } from '../cli/command.ts';

export const registerDown: Register = (program, run) => {
  program
    .command('down')
    .description('stop the stack; the data stays')
    .option('--purge', 'delete its data and logs as well (.env stays)')
    .action(
      run(async (context, options: { purge?: boolean }) => {
        const { takeDown } = await import('../runtime/take-down.ts');
        const { progress, signal } = context;
        const purged = options.purge ?? false;
        const [project, asked] = [await context.project(), await context.askedRuntime()];
        const composeProject = await context.composeProject();
        const { runtime, stopped } = await takeDown({
          project,
          asked,
          composeProject,
          purge: purged,
          progress,
          signal,
        });
        const what = stopped.length === 0 ? 'nothing was running' : `stopped ${stopped.join(', ')}`;
        return {
          data: { runtime, stopped, purged },
          text: () => (purged ? `${what}; data and logs are deleted` : what),
        };
      }),
    );
};
