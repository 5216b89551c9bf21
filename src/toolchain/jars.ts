import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dataError } from '../errors.ts';
import { capture } from '../process/capture.ts';
import { type EnsureOptions, ensureTool } from './cache.ts';
import { installError } from './install-error.ts';
import type { Jdk } from './jdk.ts';

export interface JarPin {
  group: string;
  artifact: string;
  version: string;
  /** SHA-256 of the jar, hex. */
  sha256: string;
}

/** A lock line is `group:artifact:version sha256`; `#` begins a comment. */
export function parseJarLock(text: string): JarPin[] {
  return text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter(Boolean)
    .map((line) => {
      const match = /^([^:\s]+):([^:\s]+):(\S+)\s+([0-9a-f]{64})$/.exec(line);
      if (!match) throw dataError('bad_jar_lock', `not a line of a jar lock: ${line}`);
      const [, group = '', artifact = '', version = '', sha256 = ''] = match;
      return { group, artifact, version, sha256 };
    });
}

/**
 * The jars that a lock file names, fetched by the Ivy that ships inside PySpark, each checked against its SHA-256.
 *
 * @returns absolute paths in the lock's order.
 */
export async function ensureJars(
  name: string,
  lockFile: string,
  jdk: Jdk,
  sparkHome: string,
  options: EnsureOptions = {},
): Promise<string[]> {
  const lock = readFileSync(lockFile, 'utf8');
  const pins = parseJarLock(lock);
  const folder = await ensureTool(
    {
      name: `jars-${name}`,
      dependsOn: [lock],
      async build(target) {
        const work = join(target, '.ivy');
        mkdirSync(work);
        writeFileSync(join(work, 'ivy.xml'), ivyModule(pins));
        const { code, output } = await capture(
          join(jdk.home, 'bin', 'java'),
          ivyArguments(sparkHome, work, target),
          options.signal ? { signal: options.signal } : {},
        );
        for (const pin of pins) {
          const file = jarPath(target, pin);
          if (code !== 0 || !existsSync(file)) throw installError(`${pin.artifact} ${pin.version}`, output);
          const actual = createHash('sha256').update(readFileSync(file)).digest('hex');
          if (actual !== pin.sha256) {
            throw dataError(
              'wrong_hash',
              `${pin.group}:${pin.artifact}:${pin.version} has SHA-256 ${actual}, its lock says ${pin.sha256}`,
              { suggestion: 'do not use it: a mirror or cache on the way gave another file' },
            );
          }
        }
        rmSync(work, { recursive: true, force: true });
      },
    },
    options,
  );
  return pins.map((pin) => jarPath(folder, pin));
}

function ivyArguments(sparkHome: string, work: string, target: string): string[] {
  const classPath = ['-cp', join(sparkHome, 'jars', '*'), 'org.apache.ivy.Main', '-warn'];
  const input = ['-ivy', join(work, 'ivy.xml'), '-cache', join(work, 'cache')];
  return [...classPath, ...input, '-retrieve', join(target, '[artifact]-[revision].[ext]')];
}

/** Each jar by itself, without what it depends on: the lock is the whole list. One module, since a JVM per jar costs seconds. */
function ivyModule(pins: readonly JarPin[]): string {
  const dependencies = pins.map(
    ({ group, artifact, version }) =>
      `<dependency org="${group}" name="${artifact}" rev="${version}" conf="default->master" transitive="false"/>`,
  );
  return `<ivy-module version="2.0"><info organisation="shop-pipe" module="jars"/><dependencies>${dependencies.join('')}</dependencies></ivy-module>\n`;
}

const jarPath = (folder: string, pin: JarPin): string => join(folder, `${pin.artifact}-${pin.version}.jar`);
