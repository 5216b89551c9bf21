import { createHash } from 'node:crypto';
import { dataError } from '../errors.ts';
import { inStep } from '../progress.ts';
import { loadShop } from './load.ts';
import type { CsvFile } from './olist-files.ts';
import { fillFromOlist } from './olist-fill.ts';
import { openOlist } from './olist-path.ts';
import { type StagedFile, stageOlist } from './olist-stage.ts';
import type { SeedContext, SeedResult } from './shop-source.ts';

/**
 * Fills the shop from the Olist dataset at `path`, a folder or a zip.
 *
 * @throws ShopPipeError what {@link openOlist} and {@link loadShop} throw; `olist_bad_csv`, `olist_missing_column`,
 * `olist_bad_header`, `olist_empty_file`, `olist_changed` when the files are not what they were a moment ago
 */
export async function seedOlist(
  ctx: SeedContext,
  options: { path: string; replace?: boolean | undefined },
): Promise<SeedResult> {
  const { files, close } = await openOlist(options.path);
  let known: string | undefined;
  let staged: StagedFile[] = [];
  try {
    return await loadShop(
      ctx,
      {
        dataset: 'olist',
        digest: async () => (known ??= await digestByReading(ctx, files)),
        stage: async (session) => {
          staged = await stageOlist(ctx, session, files);
          const digest = digestOf(staged);
          if (known !== undefined && known !== digest) {
            throw dataError('olist_changed', `the files of ${options.path} changed while they were read`, {
              suggestion: 'run this command again when nothing writes them any more',
            });
          }
          known = digest;
        },
        fill: (client, into) => fillFromOlist(client, staged, into),
      },
      { replace: options.replace },
    );
  } finally {
    await close();
  }
}

/** One digest for the five files, however they are packed: SHA-256 over their names and SHA-256 sums. */
function digestOf(files: readonly { name: string; sha256: string }[]): string {
  const lines = files.map(({ name, sha256 }) => `${name} ${sha256}\n`).sort();
  return createHash('sha256').update(lines.join('')).digest('hex');
}

function digestByReading(ctx: SeedContext, files: readonly CsvFile[]): Promise<string> {
  return inStep(ctx.progress, 'comparing with what was seeded', async () => {
    const sums = await Promise.all(
      files.map(async ({ name, read }) => {
        const hash = createHash('sha256');
        for await (const chunk of read()) {
          ctx.signal?.throwIfAborted();
          hash.update(chunk);
        }
        return { name, sha256: hash.digest('hex') };
      }),
    );
    return digestOf(sums);
  });
}
