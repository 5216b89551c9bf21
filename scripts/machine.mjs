// What the machine must have before anything is downloaded. Node built-ins only: the start scripts use it before any
// package is installed, src/toolchain and `doctor` use it afterwards.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

/** Majors that Spark 4.2 runs on and that are tested here. */
export const supportedJdks = { least: 17, most: 21 };

/**
 * @typedef {{ home: string, version: string, major: number }} Jdk JAVA_HOME, e.g. `17.0.15`, 17
 * @typedef {{ executable: string, version: string }} Python the interpreter itself (no shim), e.g. `3.11.7`
 * @typedef {{ problem: string, remedy: string }} Missing
 */

/**
 * The first JDK with javac of a supported version in JAVA_HOME, on PATH, or where systems keep them.
 * @param {NodeJS.ProcessEnv} env
 * @returns {Jdk | Missing}
 */
export function findJdk(env = process.env) {
  const homes = new Set();
  if (env['JAVA_HOME']) homes.add(env['JAVA_HOME']);
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    const javac = join(folder, 'javac');
    if (folder && existsSync(javac)) homes.add(dirname(dirname(realpathSync(javac))));
  }
  const others = [];
  for (const home of homes) {
    if (!existsSync(join(home, 'bin', 'java')) || !existsSync(join(home, 'bin', 'javac'))) continue;
    const version = versionOf(home);
    if (!version) continue;
    const major = Number(/^(?:1\.)?(\d+)/.exec(version)?.[1]);
    if (major >= supportedJdks.least && major <= supportedJdks.most) return { home, version, major };
    others.push(`${version} in ${home}`);
  }
  return {
    problem: `Spark needs a JDK 17 or 21 with javac${others.length > 0 ? `; found only ${others.join(', ')}` : ''}`,
    remedy: 'apt-get install openjdk-17-jdk-headless (macOS: brew install openjdk@17), or set JAVA_HOME',
  };
}

/** @param {string} home */
function versionOf(home) {
  // What nearly every JDK says of itself, without starting one.
  const release = join(home, 'release');
  const said = existsSync(release) && /^JAVA_VERSION="([^"]+)"/m.exec(readFileSync(release, 'utf8'))?.[1];
  if (said) return said;
  const { stderr } = spawnSync(join(home, 'bin', 'java'), ['-version'], { encoding: 'utf8' });
  return /version "([^"]+)"/.exec(stderr ?? '')?.[1];
}

const pythons = ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];
const question =
  'import sys, venv, ensurepip; print(sys.executable); print("%d.%d.%d" % sys.version_info[:3])';

/**
 * A Python 3.10-3.13 with venv and pip.
 * @returns {Python | Missing}
 */
export function findPython() {
  const refused = new Set();
  for (const name of pythons) {
    const { status, stdout, stderr } = spawnSync(name, ['-c', question], { encoding: 'utf8' });
    if (status === 0) {
      const [executable = '', version = ''] = stdout.trim().split('\n');
      const minor = Number(/^3\.(\d+)\./.exec(version)?.[1]);
      if (minor >= 10 && minor <= 13) return { executable, version };
      refused.add(`${name} is ${version}`);
    }
    const lacking = /No module named '?(venv|ensurepip)/.exec(stderr ?? '')?.[1];
    if (lacking) refused.add(`${name} has no ${lacking}`);
  }
  return {
    problem: `Spark needs a Python 3.10-3.13 with venv and pip${refused.size > 0 ? `; ${[...refused].join(', ')}` : ''}`,
    remedy: 'apt-get install python3-venv python3-pip (macOS: brew install python@3.12)',
  };
}

/**
 * @param {string} version as process.versions.node
 * @returns {Missing | null}
 */
export function checkNode(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return null;
  return {
    problem: `shop-pipe needs Node 20.19 or newer; this is ${version}`,
    remedy: 'install a current Node, e.g. by nvm install 22',
  };
}
