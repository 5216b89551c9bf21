import { join } from 'node:path';
import type { Progress, Step } from '../progress.ts';
import type { EnsureOptions } from './cache.ts';
import { ensureJars } from './jars.ts';
import { findJdk, type Jdk } from './jdk.ts';
import { ensurePgcopy } from './pgcopy.ts';
import { ensurePySpark, type PySpark } from './pyspark.ts';
import { findPython } from './python.ts';

/** All that a Spark job needs on this machine. */
export interface SparkToolchain extends PySpark {
  jdk: Jdk;
  /** Jars that every job gets: pgjdbc and pgcopy. */
  jars: string[];
}

/** Installs what is missing, which takes a minute once; a look at three marker files afterwards. */
export async function ensureSpark(
  assets: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<SparkToolchain> {
  const jdk = findJdk();
  const python = findPython();
  // A step is shown only for work.
  let step: Step | undefined;
  const installing = (what: string): EnsureOptions => ({
    signal,
    onBuild: () => {
      step ??= progress.step('installing Spark');
      step.advance(0, what);
    },
    onWait: () => progress.note(`another shop-pipe is installing ${what}; waiting for it`),
  });
  try {
    const pyspark = await ensurePySpark(assets, python, installing('PySpark (430 MB)'));
    const lock = join(assets, 'jars', 'spark.lock');
    const jars = await ensureJars('spark', lock, jdk, pyspark.home, installing('pgjdbc'));
    const pgcopy = await ensurePgcopy(assets, jdk, pyspark.home, jars[0] ?? '', installing('pgcopy'));
    step?.end(`JDK ${jdk.version}, Python ${python.version}`);
    return { ...pyspark, jdk, jars: [...jars, pgcopy] };
  } catch (error) {
    step?.fail();
    throw error;
  }
}
