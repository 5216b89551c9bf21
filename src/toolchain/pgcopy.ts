import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { capture } from '../process/capture.ts';
import { type EnsureOptions, ensureTool } from './cache.ts';
import { installError } from './install-error.ts';
import type { Jdk } from './jdk.ts';

/** The jar of the binary COPY sink, compiled from `spark/pgcopy` on first use. */
export async function ensurePgcopy(
  assets: string,
  jdk: Jdk,
  sparkHome: string,
  pgjdbc: string,
  options: EnsureOptions = {},
): Promise<string> {
  const main = join(assets, 'spark', 'pgcopy', 'src', 'main');
  const sources = filesBelow(join(main, 'java')).filter((file) => file.endsWith('.java'));
  const folder = await ensureTool(
    {
      name: 'pgcopy',
      dependsOn: [
        ...sources.flatMap((file) => [relative(main, file), readFileSync(file)]),
        jdk.version,
        sparkHome,
      ],
      async build(target) {
        const classes = join(target, 'classes');
        await compileJava(jdk, sources, classes, [join(sparkHome, 'jars', '*'), pgjdbc], options.signal);
        if (existsSync(join(main, 'resources')))
          cpSync(join(main, 'resources'), classes, { recursive: true });
        const { code, output } = await capture(join(jdk.home, 'bin', 'jar'), [
          '--create',
          '--file',
          join(target, 'pgcopy.jar'),
          '-C',
          classes,
          '.',
        ]);
        if (code !== 0) throw installError('pgcopy', output);
        rmSync(classes, { recursive: true });
      },
    },
    options,
  );
  return join(folder, 'pgcopy.jar');
}

/** Compiles for Java 17, the oldest that Spark runs on; a warning is an error. */
export async function compileJava(
  jdk: Jdk,
  sources: readonly string[],
  target: string,
  classPath: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const { code, output } = await capture(
    join(jdk.home, 'bin', 'javac'),
    [
      '--release',
      '17',
      '-Xlint:all,-processing,-path',
      '-Werror',
      '-d',
      target,
      '-cp',
      classPath.join(':'),
      ...sources,
    ],
    signal ? { signal } : {},
  );
  if (code !== 0) throw installError('pgcopy (javac)', output);
}

/** Every file below a folder, sorted, absolute. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
