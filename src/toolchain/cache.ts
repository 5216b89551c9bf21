import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { withLock } from '../process/lock.ts';
import type { ProcessId } from '../process/process-table.ts';

/** `$XDG_CACHE_HOME/shop-pipe`, by default `~/.cache/shop-pipe`. */
export const cacheFolder = (env: NodeJS.ProcessEnv = process.env): string =>
  join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'shop-pipe');

export function sha256(...parts: (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex');
}

export interface Tool {
  name: string;
  /** Whatever the content depends on: lock files, interpreter, architecture. */
  dependsOn: readonly (string | Buffer)[];
  /** Fills the folder, which is empty and stays where it is (a venv cannot be moved). */
  build(folder: string): Promise<void>;
}

export interface EnsureOptions {
  signal?: AbortSignal;
  /** Another shop-pipe builds the same thing just now. */
  onWait?: () => void;
  onBuild?: () => void;
}

const marker = '.complete';

/** Where a tool is, or will be. */
export const toolFolder = (tool: Tool): string =>
  join(
    cacheFolder(),
    `${tool.name}-${sha256(...tool.dependsOn, process.platform, process.arch).slice(0, 16)}`,
  );

/** The folder of a tool, built on first use under a lock; the marker is written last, so half a build is done again. */
export async function ensureTool(tool: Tool, options: EnsureOptions = {}): Promise<string> {
  const folder = toolFolder(tool);
  if (isComplete(folder)) return folder;
  const wait = {
    waitMs: 1_200_000,
    ...(options.signal ? { signal: options.signal } : {}),
    // Two parts of this process may need it at the same time: that is nothing to tell.
    onWait: (holder: ProcessId) => holder.pid !== process.pid && options.onWait?.(),
  };
  return withLock(`${folder}.lock`, wait, async () => {
    if (isComplete(folder)) return folder;
    options.onBuild?.();
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    await tool.build(folder);
    writeFileSync(join(folder, marker), `${new Date().toISOString()}\n`);
    return folder;
  });
}

export const isComplete = (folder: string): boolean => existsSync(join(folder, marker));

export const readAsset = (assets: string, path: string): Buffer => readFileSync(join(assets, path));
