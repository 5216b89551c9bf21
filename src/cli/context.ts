import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config, RuntimeName } from '../config/config.ts';
import type { Project } from '../config/project.ts';
import type { Progress } from '../progress.ts';
import type { Output } from './output.ts';

/** Options that every command has. */
export interface GlobalFlags {
  json?: boolean;
  home?: string;
  envFile?: string;
  runtime?: RuntimeName;
  debug?: boolean;
}

/** What a command works with. Configuration is read only when asked for, so that `--help` stays cheap. */
export interface Context {
  flags: GlobalFlags;
  output: Output;
  progress: Progress;
  signal: AbortSignal;
  project(): Promise<Project>;
  /** The runtime that flag, environment or `.env` name; works where the rest of `.env` is wrong. */
  askedRuntime(): Promise<RuntimeName | null>;
  /** The name of compose's project, likewise. */
  composeProject(): Promise<string>;
  /** @throws ShopPipeError when there is no `.env` or a value is wrong. */
  config(): Promise<Config>;
}

/** The folder that holds sql/, spark/ …: one above the bundle in dist/ or two above a chunk of it, as above this file in a test. */
export function assetsFolder(moduleUrl = import.meta.url): string {
  const here = dirname(fileURLToPath(moduleUrl));
  return /\/(src\/cli|dist\/chunks)$/.test(here) ? resolve(here, '../..') : resolve(here, '..');
}

export function createContext(
  flags: GlobalFlags,
  output: Output,
  progress: Progress,
  signal: AbortSignal,
): Context {
  let project: Promise<Project> | undefined;
  let config: Promise<Config> | undefined;
  const findProject = async (): Promise<Project> => {
    const { findEnvFile, findHome } = await import('../config/project.ts');
    const { rawValue, readEnvFile } = await import('../config/environment.ts');
    const assets = assetsFolder();
    const envFile = findEnvFile(flags, process.cwd(), assets);
    const named = rawValue('SHOP_PIPE_HOME', process.env, readEnvFile(envFile)) ?? '';
    return { envFile, home: findHome(flags, process.cwd(), envFile, named), assets };
  };
  const askedRuntime = async (): Promise<RuntimeName | null> => {
    if (flags.runtime) return flags.runtime;
    const { rawValue, readEnvFile } = await import('../config/environment.ts');
    const { envFile } = await context.project();
    const { asRuntime } = await import('../config/schema.ts');
    return asRuntime(rawValue('SHOP_PIPE_RUNTIME', process.env, readEnvFile(envFile)) ?? '');
  };
  const composeProject = async (): Promise<string> => {
    const { rawValue, readEnvFile } = await import('../config/environment.ts');
    const { envFile } = await context.project();
    return rawValue('COMPOSE_PROJECT_NAME', process.env, readEnvFile(envFile)) ?? '';
  };
  const readConfig = async (): Promise<Config> => {
    const { envFile } = await context.project();
    const { loadEnvironment } = await import('../config/environment.ts');
    const { configFrom } = await import('../config/config.ts');
    const read = configFrom(loadEnvironment(envFile, process.env));
    return flags.runtime ? { ...read, runtime: flags.runtime } : read;
  };
  const context: Context = {
    flags,
    output,
    progress,
    signal,
    project: () => (project ??= findProject()),
    askedRuntime,
    composeProject,
    config: () => (config ??= readConfig()),
  };
  return context;
}
