import { readFileSync, writeFileSync } from 'node:fs';
import type { SparkToolchain } from './spark.ts';

/** What an image holds for jobs: installed and compiled while it was made, so no compiler and no network is needed. */
export interface Prebuilt {
  batch: SparkToolchain;
  stream: SparkToolchain;
}

/** The toolchain of the image that this runs in (SHOP_PIPE_TOOLCHAIN names the file); null outside of one. */
export function prebuiltToolchain(env: NodeJS.ProcessEnv = process.env): Prebuilt | null {
  const file = env['SHOP_PIPE_TOOLCHAIN'];
  return file ? (JSON.parse(readFileSync(file, 'utf8')) as Prebuilt) : null;
}

export const writePrebuilt = (file: string, toolchain: Prebuilt): void =>
  writeFileSync(file, `${JSON.stringify(toolchain, null, 2)}\n`);
