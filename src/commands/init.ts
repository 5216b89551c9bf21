import type { Register } from '../cli/command.ts';

export const registerInit: Register = (program, run) => {
  program
    .command('init')
    .description('write .env with random secrets and free ports; keys that are set stay as they are')
    .action(
      run(async (context) => {
        const { initialise, initSummary } = await import('../config/init.ts');
        const { envFile } = await context.project();
        const result = await initialise(envFile, process.env);
        return {
          data: result,
          text: () => initSummary(result),
        };
      }),
    );
};
