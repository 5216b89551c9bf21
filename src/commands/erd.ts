import { join, resolve } from 'node:path';
import type { Register } from '../cli/command.ts';
import type { Drawn } from '../erd/files.ts';

export const registerErd: Register = (program, run) => {
  program
    .command('erd')
    .description('draw the tables of the database: erd.svg and erd.png')
    .option('--out <dir>', 'folder to write to', 'docs')
    .option('--check', 'write nothing; exit 3 when the files are not the picture of the database')
    .action(
      run(async (context, { out, check = false }: { out: string; check?: boolean }) => {
        const { drawErd } = await import('../erd/draw.ts');
        const { writePicture } = await import('../erd/files.ts');
        const { inStep } = await import('../progress.ts');
        const { postgres } = await context.config();
        const { assets } = await context.project();
        const picture = await inStep(context.progress, 'drawing', () =>
          drawErd(postgres.bi, join(assets, 'package.json')),
        );
        const drawn = writePicture(picture, resolve(out), check);
        const stale = check && drawn.files.some(({ changed }) => changed);
        return { data: drawn, text: () => text(drawn), exitCode: stale ? 3 : 0 };
      }),
    );
};

function text({ files, schemas, foreign_keys, shared_keys, written }: Drawn): string {
  const lines = schemas.map(
    ({ name, tables, views }) => `${name}: ${tables} tables${views > 0 ? `, ${views} views` : ''}`,
  );
  const state = (changed: boolean): string => (changed ? (written ? 'written' : 'STALE') : 'unchanged');
  return [
    ...lines,
    `references: ${foreign_keys} foreign keys, ${shared_keys} that nothing enforces`,
    ...files.map(({ file, changed }) => `${state(changed)}: ${file}`),
  ].join('\n');
}
