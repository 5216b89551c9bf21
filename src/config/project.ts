import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Where everything of one stack is. All absolute. */
export interface Project {
  /** The `.env` file, whether it exists or not. */
  envFile: string;
  /** Data, logs, pid files. */
  home: string;
  /** What ships with shop-pipe: sql/, spark/, … */
  assets: string;
}

export interface ProjectFlags {
  home?: string | undefined;
  envFile?: string | undefined;
}

/**
 * The `.env` file is the one named, else the one of the clone that the working folder is in, else that of the working
 * folder. The home is the one named by flag or SHOP_PIPE_HOME (environment before `.env`), else `.shop-pipe` beside it.
 */
export function findEnvFile(flags: ProjectFlags, cwd: string, assets: string): string {
  if (flags.envFile !== undefined) return resolve(cwd, flags.envFile);
  const inClone = cwd === assets || cwd.startsWith(`${assets}/`);
  return resolve(inClone && !existsSync(resolve(cwd, '.env')) ? assets : cwd, '.env');
}

export function findHome(flags: ProjectFlags, cwd: string, envFile: string, fromEnvironment: string): string {
  if (flags.home !== undefined) return resolve(cwd, flags.home);
  if (fromEnvironment !== '') return resolve(dirname(envFile), fromEnvironment);
  return resolve(dirname(envFile), '.shop-pipe');
}
