import type { Command } from 'commander';
import type { Register, Run } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import type { Outcome } from '../cli/output.ts';
import type { SeedContext, SeedResult } from '../olist/shop-source.ts';

export const registerSeed: Register = (program, run) => {
  const seed = program.command('seed').description('fill shop.customers, shop.products and shop.orders');
  olist(seed, run);
  synthetic(seed, run);
};

function olist(seed: Command, run: Run): void {
  seed
    .command('olist')
    .description('the Brazilian E-Commerce Public Dataset by Olist')
    .option('--path <path>', 'its zip or folder (OLIST_PATH)')
    .option('--download', "fetch Kaggle's public download first")
    .option('--replace', 'put it in place of other data')
    .action(
      run(async (context, flags: { path?: string; download?: boolean; replace?: boolean }) => {
        const { seedOlist } = await import('../olist/seed.ts');
        const seedContext = await contextOf(context);
        const path = await olistPath(context, flags, seedContext);
        return outcome(await seedOlist(seedContext, { path, replace: flags.replace ?? false }));
      }),
    );
}

function synthetic(seed: Command, run: Run): void {
  seed
    .command('synthetic')
    .description('an Olist-shaped shop of any size; one seed, one shop')
    .option('--orders <n>', 'how many orders', '50000')
    .option('--seed <n>', 'which shop', '1')
    .option('--days <n>', 'over how many days')
    .option('--replace', 'put it in place of other data')
    .action(
      run(async (context, flags: { orders: string; seed: string; days?: string; replace?: boolean }) => {
        const { wholeNumber } = await import('../cli/arguments.ts');
        const orders = wholeNumber('--orders', flags.orders, 1, 200_000_000);
        const number = wholeNumber('--seed', flags.seed, 0, Number.MAX_SAFE_INTEGER);
        const days = flags.days === undefined ? {} : { days: wholeNumber('--days', flags.days, 1, 3_653) };
        const { seedSynthetic } = await import('../olist/synthetic/seed.ts');
        return outcome(
          await seedSynthetic(await contextOf(context), {
            orders,
            seed: number,
            ...days,
            replace: flags.replace ?? false,
          }),
        );
      }),
    );
}

async function contextOf(context: Context): Promise<SeedContext> {
  const config = await context.config();
  return {
    owner: config.postgres.owner,
    timezone: config.timezone,
    progress: context.progress,
    signal: context.signal,
  };
}

async function olistPath(
  context: Context,
  flags: { path?: string; download?: boolean },
  seedContext: SeedContext,
): Promise<string> {
  const { usageError } = await import('../errors.ts');
  if (flags.download && flags.path !== undefined)
    throw usageError('path_or_download', 'give --path or --download, not both');
  if (flags.download) {
    const { downloadOlist } = await import('../olist/download.ts');
    const path = await import('node:path');
    return downloadOlist(seedContext, path.join((await context.project()).home, 'olist.zip'));
  }
  const path = flags.path ?? (await context.config()).olistPath;
  if (!path)
    throw usageError(
      'no_path',
      'which dataset? give --path DIR|ZIP, set OLIST_PATH, or use --download',
      'shop-pipe seed olist --path archive.zip',
    );
  return path;
}

function outcome(result: SeedResult): Outcome {
  const { rows, rejected, seconds, changed, dataset } = result;
  const count = (n: number): string => n.toLocaleString('en-US');
  const refused = Object.entries(rejected).map(([reason, n]) => `${count(n)} ${reason}`);
  return {
    data: result,
    text: () =>
      [
        `${dataset}: ${count(rows.customers)} customers, ${count(rows.products)} products, ${count(rows.orders)} order lines`,
        refused.length > 0 ? `refused (kept in ops.rejects): ${refused.join(', ')}` : 'nothing refused',
        changed ? `${seconds.toFixed(1)} s` : `everything was there already (${seconds.toFixed(1)} s)`,
      ].join('\n'),
  };
}
