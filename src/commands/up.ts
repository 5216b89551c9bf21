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
        const { ensureEnvFile, initNote } = await import('../config/init.ts');
        const written = await ensureEnvFile(project.envFile, process.env);
        if (written !== null) context.progress.note(initNote(written));
        const { bringUp } = await import('../runtime/stack.ts');
        const result = await bringUp(
          { config: await context.config(), project, progress: context.progress, signal: context.signal },
          services,
        );
        return { data: result, text: () => servicesTable(result.runtime, result.services) };
      }),
    );
};
