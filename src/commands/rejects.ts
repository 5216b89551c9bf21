import type { Command } from 'commander';
import type { Register, Run } from '../cli/command.ts';
import type { RejectFilter } from '../stream/rejects/filter.ts';

interface FilterFlags {
  source?: string;
  reason?: string;
}

export const registerRejects: Register = (program, run) => {
  const rejects = program.command('rejects').description('input that was refused, as it came');
  registerList(rejects, run);
  registerShow(rejects, run);
  registerReplay(rejects, run);
  registerPrune(rejects, run);
};

const filtered = (command: Command): Command =>
  command
    .option('--source <name>', 'only those of this topic or file')
    .option('--reason <reason>', 'only those with this reason, or one that begins with it and a colon');

function registerList(rejects: Command, run: Run): void {
  filtered(rejects.command('list'))
    .description('the newest, or how many there are of each kind')
    .option('--limit <n>', 'how many', '50')
    .option('--counts', 'count by source and reason')
    .action(
      run(async (context, flags: FilterFlags & { limit: string; counts?: boolean }) => {
        const { wholeNumber } = await import('../cli/arguments.ts');
        const { countRejects, listRejects } = await import('../stream/rejects/list.ts');
        const { countsText, listText } = await import('./rejects-text.ts');
        const limit = wholeNumber('--limit', flags.limit, 1, 100_000);
        const { owner } = (await context.config()).postgres;
        if (flags.counts) {
          const counts = await countRejects(owner, filterOf(flags));
          return { data: counts, text: () => countsText(counts) };
        }
        const list = await listRejects(owner, filterOf(flags), limit);
        return { data: list, text: () => listText(list) };
      }),
    );
}

function registerShow(rejects: Command, run: Run): void {
  rejects
    .command('show')
    .description('one with all that is known of it')
    .argument('<id>', 'as `rejects list` shows it')
    .option('--raw', 'write its bytes as they came, and nothing else')
    .action(
      run(async (context, id: string, flags: { raw?: boolean }) => {
        const { rawReject, showReject } = await import('../stream/rejects/show.ts');
        const { rejectText } = await import('./rejects-text.ts');
        const number = await rejectId(id);
        const { output } = context;
        if (flags.raw && output.json) {
          const { usageError } = await import('../errors.ts');
          throw usageError('raw_or_json', '--raw writes bytes, --json a document: give one of them');
        }
        const { owner } = (await context.config()).postgres;
        if (flags.raw) {
          output.raw(await rawReject(owner, number));
          return undefined;
        }
        const reject = await showReject(owner, number);
        return { data: reject, text: () => rejectText(reject) };
      }),
    );
}

function registerReplay(rejects: Command, run: Run): void {
  filtered(rejects.command('replay'))
    .description('send messages to their topic again, once what was wrong is mended')
    .argument('[id...]', 'these')
    .option('--all', 'every one that was not sent again yet')
    .option('--again', 'also those that were')
    .action(
      run(async (context, ids: string[], flags: FilterFlags & { all?: boolean; again?: boolean }) => {
        const filter = await replayed(ids, flags);
        const { replayRejects } = await import('../stream/rejects/replay.ts');
        const { replayText } = await import('./rejects-text.ts');
        const { progress, signal } = context;
        const { postgres, kafka } = await context.config();
        const where = { owner: postgres.owner, kafka: kafka.target, progress, signal };
        const result = await replayRejects(where, filter, flags.again ?? false);
        return { data: result, text: () => replayText(result) };
      }),
    );
}

function registerPrune(rejects: Command, run: Run): void {
  filtered(rejects.command('prune'))
    .description('delete old ones')
    .requiredOption('--older-than <age>', 'such as 12h, 30d or 8w')
    .action(
      run(async (context, flags: FilterFlags & { olderThan: string }) => {
        const { ageSeconds } = await import('../cli/measures.ts');
        const { pruneRejects } = await import('../stream/rejects/prune.ts');
        const seconds = ageSeconds('--older-than', flags.olderThan);
        const { owner } = (await context.config()).postgres;
        const result = await pruneRejects(owner, filterOf(flags), seconds);
        const count = result.pruned.toLocaleString('en-US');
        return { data: result, text: () => `deleted ${count} rejects from before ${result.before}` };
      }),
    );
}

const filterOf = ({ source, reason }: FilterFlags): RejectFilter => ({ source, reason });

async function replayed(
  ids: readonly string[],
  flags: FilterFlags & { all?: boolean },
): Promise<RejectFilter> {
  const filter = filterOf(flags);
  const narrowed = filter.source !== undefined || filter.reason !== undefined;
  if ([ids.length > 0, narrowed, flags.all === true].filter(Boolean).length !== 1) {
    const { usageError } = await import('../errors.ts');
    throw usageError(
      'which_rejects',
      'name the rejects: by id, by --reason and --source, or --all',
      'shop-pipe rejects replay --reason unknown_product',
    );
  }
  return ids.length > 0 ? { ids: await Promise.all(ids.map(rejectId)) } : filter;
}

async function rejectId(text: string): Promise<number> {
  const { wholeNumber } = await import('../cli/arguments.ts');
  return wholeNumber('reject', text, 1, Number.MAX_SAFE_INTEGER, 'shop-pipe rejects list');
}
