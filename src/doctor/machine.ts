import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { checkNode, findJdk, findPython } from '../../scripts/machine.mjs';
import { airflowMemory } from '../runtime/native/airflow/memory.ts';
import { usableMemory } from '../runtime/native/postgres/tuning.ts';
import { cacheFolder } from '../toolchain/cache.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

const gb = 1024 ** 3;

export function checkTools(): Finding[] {
  const node = checkNode();
  const jdk = findJdk();
  const python = findPython();
  return [
    node ? problem('node', node.problem, node.remedy) : ok('node', process.versions.node),
    'problem' in jdk ? problem('jdk', jdk.problem, jdk.remedy) : ok('jdk', `${jdk.version} in ${jdk.home}`),
    'problem' in python
      ? problem('python', python.problem, python.remedy)
      : ok('python', `${python.version}, ${python.executable}`),
  ];
}

export function checkMemory(bytes = usableMemory()): Finding {
  const said = `${(bytes / gb).toFixed(1)} GiB usable`;
  // Kafka's share is 0.4 GiB: 256 MB of heap and the JVM around it.
  if (bytes < 2.5 * gb)
    return problem(
      'memory',
      `${said}; Postgres, Kafka and a Spark job need 2.5 GiB`,
      'use a larger machine, or raise the container limit',
    );
  if (bytes < 2.5 * gb + airflowMemory)
    return warning(
      'memory',
      `${said}; Airflow would take ${(airflowMemory / gb).toFixed(1)} GiB of the 2.5 GiB that the others need`,
      'shop-pipe up postgres kafka, which is all but Airflow',
    );
  if (bytes < 5 * gb)
    return warning('memory', `${said}; 5 GiB are comfortable`, 'close other programs while Spark runs');
  return ok('memory', said);
}

/** Free space where data and toolchains go. */
export function checkDisk(home: string): Finding[] {
  const places: [string, string, number][] = [
    ['disk', home, 2 * gb],
    ['cache', cacheFolder(), 2 * gb],
  ];
  return places.map(([name, path, needed]) => {
    const folder = existing(path);
    try {
      accessSync(folder, constants.W_OK);
    } catch {
      return problem(
        name,
        `${folder} is not writable`,
        name === 'cache' ? 'set XDG_CACHE_HOME to a writable folder' : 'name a writable folder with --home',
      );
    }
    const { bavail, bsize } = statfsSync(folder);
    const said = `${((bavail * bsize) / gb).toFixed(1)} GiB free in ${folder}`;
    return bavail * bsize < needed
      ? problem(name, `${said}; 2 GiB are needed`, 'free some space')
      : ok(name, said);
  });
}

function existing(path: string): string {
  for (let folder = path; ; folder = dirname(folder)) if (existsSync(folder)) return folder;
}

export function checkEnvFile(envFile: string): Finding {
  if (!existsSync(envFile)) return warning('.env', `no ${envFile} yet`, 'shop-pipe init');
  const mode = statSync(envFile).mode & 0o777;
  if ((mode & 0o077) !== 0)
    return problem(
      '.env',
      `${envFile} has mode ${mode.toString(8)}: others can read the secrets`,
      `chmod 600 ${envFile}`,
    );
  return ok('.env', envFile);
}
