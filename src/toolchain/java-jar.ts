import { cpSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, join, relative } from 'node:path';
import { capture } from '../process/capture.ts';
import { type EnsureOptions, ensureTool } from './cache.ts';
import { installError } from './install-error.ts';
import type { Jdk } from './jdk.ts';

export interface JavaJar {
  /** Of the jar, and of its folder in the cache. */
  name: string;
  /** Absolute, with `src/main/java` below, and `src/main/resources` where it has any. */
  project: string;
  /** What it is compiled against besides Spark; a jar of Maven Central has its version in its name. */
  classPath: readonly string[];
}

/** A jar of our own, compiled on first use. */
export async function ensureJavaJar(
  { name, project, classPath }: JavaJar,
  jdk: Jdk,
  sparkHome: string,
  options: EnsureOptions = {},
): Promise<string> {
  const main = join(project, 'src', 'main');
  const folder = await ensureTool(
    {
      name,
      dependsOn: [
        ...filesBelow(main).flatMap((file) => [relative(main, file), readFileSync(file)]),
        ...classPath,
        jdk.version,
        sparkHome,
      ],
      async build(target) {
        const classes = join(target, 'classes');
        const against = [...classPath, join(sparkHome, 'jars', '*')];
        await compileJava(name, jdk, javaSources(join(main, 'java')), classes, against, options.signal);
        const resources = join(main, 'resources');
        if (existsSync(resources)) cpSync(resources, classes, { recursive: true });
        const { code, output } = await capture(join(jdk.home, 'bin', 'jar'), [
          '--create',
          '--file',
          join(target, `${name}.jar`),
          '-C',
          classes,
          '.',
        ]);
        if (code !== 0) throw installError(name, output);
        rmSync(classes, { recursive: true });
      },
    },
    options,
  );
  return join(folder, `${name}.jar`);
}

/** Compiles for Java 17, the oldest that Spark runs on; a warning is an error. `what` is for the message. */
export async function compileJava(
  what: string,
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
      classPath.join(delimiter),
      ...sources,
    ],
    signal ? { signal } : {},
  );
  if (code !== 0) throw installError(`${what} (javac)`, output);
}

/** The Java files below a folder, sorted, absolute. */
export const javaSources = (folder: string): string[] =>
  filesBelow(folder).filter((file) => file.endsWith('.java'));

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
