import type { Command } from 'commander';
import type { Register, Run } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import type { Opened } from '../metabase/open.ts';

export const registerMetabase: Register = (program, run) => {
  const metabase = program
    .command('metabase')
    .description('Metabase: connection, cards and dashboards, kept by code');
  registerProvision(metabase, run);
  registerStatus(metabase, run);
};

function registerProvision(metabase: Command, run: Run): void {
  metabase
    .command('provision')
    .description(
      'set it up where nobody has, then make or mend what differs from sql/questions; ask every card',
    )
    .option('--url <url>', 'another one than METABASE_URL')
    .option('--dry-run', 'change nothing; show what would be')
    .action(
      run(async (context, { url, dryRun = false }: { url?: string; dryRun?: boolean }) => {
        const { provision } = await import('../metabase/provision.ts');
        const { provisionText } = await import('./metabase-text.ts');
        const result = await provision(await opened(context, url), { dryRun });
        const failed = result.tests.some(({ ok }) => !ok);
        return { data: result, text: () => provisionText(result), exitCode: failed ? 1 : 0 };
      }),
    );
}

function registerStatus(metabase: Command, run: Run): void {
  metabase
    .command('status')
    .description(
      'what differs from what is declared (exit 3), and the answer of every card (exit 1 when one fails)',
    )
    .option('--url <url>', 'another one than METABASE_URL')
    .action(
      run(async (context, { url }: { url?: string }) => {
        const { readMetabaseStatus } = await import('../metabase/status.ts');
        const { statusText } = await import('./metabase-text.ts');
        const status = await readMetabaseStatus(await opened(context, url));
        const failed = status.tests.some(({ ok }) => !ok);
        const exitCode = failed ? 1 : status.as_declared ? 0 : 3;
        return { data: status, text: () => statusText(status), exitCode };
      }),
    );
}

async function opened(context: Context, url: string | undefined): Promise<Opened> {
  const { openMetabase } = await import('../metabase/open.ts');
  const { progress, signal } = context;
  return openMetabase({
    config: await context.config(),
    project: await context.project(),
    url,
    progress,
    signal,
  });
}
