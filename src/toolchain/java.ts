import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

export interface Java {
  /** JAVA_HOME. */
  home: string;
  major: number;
  /** What `java -version` says of itself, e.g. `21.0.4`. */
  version: string;
}

export interface Sought {
  least: number;
  /** Looked at first. */
  preferred?: string | null;
  env?: NodeJS.ProcessEnv;
  /** Folders in which systems keep them side by side. */
  folders?: readonly string[];
}

const systemFolders = [
  '/usr/lib/jvm',
  '/Library/Java/JavaVirtualMachines',
  '/opt/homebrew/opt',
  '/usr/local/opt',
];

/** The first Java of that age or newer; a runtime will do. Null with what there is instead. */
export function findJava({ least, preferred, env = process.env, folders = systemFolders }: Sought): {
  java: Java | null;
  others: string[];
} {
  const others: string[] = [];
  for (const home of candidates(env, preferred ?? null, folders)) {
    const version = versionOf(join(home, 'bin', 'java'));
    if (version === null) continue;
    const major = Number(/^(?:1\.)?(\d+)/.exec(version)?.[1]);
    if (major >= least) return { java: { home, major, version }, others };
    others.push(`${version} in ${home}`);
  }
  return { java: null, others };
}

function candidates(
  env: NodeJS.ProcessEnv,
  preferred: string | null,
  folders: readonly string[],
): Set<string> {
  const homes = new Set([preferred ?? '', env['JAVA_HOME'] ?? '']);
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    const java = join(folder, 'java');
    if (folder && existsSync(java)) homes.add(dirname(dirname(realpathSync(java))));
  }
  for (const folder of folders) {
    const names = existsSync(folder) ? readdirSync(folder).sort() : [];
    for (const name of names)
      for (const home of [join(folder, name), join(folder, name, 'Contents', 'Home')])
        if (/jdk|jre|java|jvm/i.test(name) && existsSync(join(home, 'bin', 'java')))
          homes.add(realpathSync(home));
  }
  homes.delete('');
  return homes;
}

function versionOf(java: string): string | null {
  if (!existsSync(java)) return null;
  const { stderr } = spawnSync(java, ['-version'], { encoding: 'utf8', timeout: 20_000 });
  return /version "([^"]+)"/.exec(stderr ?? '')?.[1] ?? null;
}
