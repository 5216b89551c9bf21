// Makes a bare clone ready to run: packages as the lock says, and the bundle. Node built-ins only; a second call takes
// milliseconds. Run by `npm start`, `npm test` and, in a clone, by the CLI itself.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkNode, findJdk, findPython } from './machine.mjs';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, 'node_modules', '.shop-pipe-lock');

/** Ends with exit code 1 and one line each for what the machine lacks, before anything is downloaded. */
export function checkMachine() {
  const missing = [checkNode(), findJdk(), findPython()].filter((found) => found && 'problem' in found);
  if (missing.length === 0) return;
  for (const { problem, remedy } of missing) process.stderr.write(`error: ${problem}\n  try: ${remedy}\n`);
  process.exit(1);
}

/** Installs and builds what is missing or stale. */
export async function prepare() {
  const bad = checkNode();
  if (bad) fail(bad.problem, bad.remedy);
  await locked(async () => {
    installPackages();
    const { build } = await import('./build.mjs');
    await build();
  });
}

function installPackages() {
  const wanted = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .update(process.version)
    .digest('hex');
  if (readOrNull(stamp) === wanted) return;
  process.stderr.write('installing packages (npm ci)\n');
  // Started by npm, the very npm that runs is used; install scripts of packages are not.
  const cli = process.env.npm_execpath?.endsWith('.js')
    ? [process.execPath, process.env.npm_execpath]
    : ['npm'];
  const [file, ...args] = [...cli, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status, error } = spawnSync(file, args, { cwd: root, stdio: ['ignore', 2, 2] });
  if (error || status !== 0)
    fail('npm ci failed', 'check the network and the disk, then run the same command again');
  writeFileSync(stamp, wanted);
}

/** One installation at a time; the lock of a process that is gone is taken over. */
async function locked(work) {
  const folder = join(root, '.shop-pipe');
  const lock = join(folder, 'prepare.lock');
  const mine = `${lock}.${process.pid}`;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(mine, String(process.pid));
  try {
    for (let told = false; !tryLink(mine, lock); ) {
      const holder = Number(readOrNull(lock));
      if (!holder || !isAlive(holder)) rmSync(lock, { force: true });
      else if (!told) process.stderr.write(`waiting for another installation (pid ${holder})\n`);
      told = true;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    try {
      await work();
    } finally {
      rmSync(lock, { force: true });
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

function tryLink(from, to) {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function readOrNull(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function fail(problem, remedy) {
  process.stderr.write(`error: ${problem}\n  try: ${remedy}\n`);
  process.exit(1);
}
