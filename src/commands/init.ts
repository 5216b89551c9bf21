import type { Register } from '../cli/command.ts';

export const registerInit: Register = (program, run) => {
  program
    .command('init')
    .description('write .env with random secrets and free ports; keys that are set stay as they are')
    .action(
      run(async (context) => {
        const { initialise } = await import('../config/init.ts');
        const { envFile } = await context.project();
        const result = await initialise(envFile, process.env);
        return {
          data: result,
          text: () =>
            result.added.length === 0
              ? `${result.file} has every key; nothing changed`
              : `${result.created ? 'wrote' : 'completed'} ${result.file} (mode 0600): ${result.added.join(', ')}`,
        };
      }),
    );
};
