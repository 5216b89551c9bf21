#!/usr/bin/env -S node --
// The `--` above keeps Node 20 from taking our own `--env-file` for its option of the same name.
// Node built-ins only: in a clone it first makes sure that the packages are installed and the bundle is newer than its
// sources, then hands over. An installed package has no src/ and goes straight to the bundle.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bundle = join(root, 'dist', 'cli.mjs');

function newest(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  let time = stat.mtimeMs;
  for (const name of readdirSync(path)) time = Math.max(time, newest(join(path, name)));
  return time;
}

function isCurrent() {
  if (!existsSync(bundle)) return false;
  if (!existsSync(join(root, 'src'))) return true;
  const built = statSync(bundle).mtimeMs;
  return newest(join(root, 'src')) <= built && statSync(join(root, 'package-lock.json')).mtimeMs <= built;
}

if (!isCurrent()) {
  const { prepare } = await import('../scripts/prepare.mjs');
  await prepare();
}
await import(bundle);
