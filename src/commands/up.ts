import type { Register } from '../cli/command.ts';
import { servicesTable } from './status.ts';

export const registerUp: Register = (program, run) => {
  program
    .command('up')
    .description('start the stack, make roles and database, apply migrations')
    .argument('[service...]', 'only these, and what they need')
    .action(
      run(async (context, services: string[]) => {
        const project = await context.project();
        const { ensureEnvFile } = await import('../config/init.ts');
        if (await ensureEnvFile(project.envFile, process.env))
          context.progress.note(`wrote ${project.envFile} with random secrets`);
        const { bringUp } = await import('../runtime/stack.ts');
        const result = await bringUp(
          { config: await context.config(), project, progress: context.progress, signal: context.signal },
          services,
        );
        return { data: result, text: () => servicesTable(result.runtime, result.services) };
      }),
    );
};
