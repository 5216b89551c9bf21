import { join } from 'node:path';
import type { Progress, Step } from '../progress.ts';
import { type ClassArchive, ensureClassArchive, findClassArchive } from './class-archive.ts';
import { ensureJars } from './jars.ts';
import { ensureJavaJar } from './java-jar.ts';
import { findJdk, type Jdk } from './jdk.ts';
import { type Prebuilt, prebuiltToolchain } from './prebuilt.ts';
import { ensurePySpark, type PySpark } from './pyspark.ts';
import { findPython } from './python.ts';
import { ensureStreamJars, type Installing } from './stream.ts';

/** All that a Spark job needs on this machine. */
export interface SparkToolchain extends PySpark {
  jdk: Jdk;
  /** Jars that the job gets: pgjdbc and pgcopy, and those of `ensureStream` for a stream. */
  jars: string[];
  /** What saves drivers a third of their start's CPU; null where there is none. */
  classArchive: ClassArchive | null;
}

/** Whether the class archive is made where it is not there: half a minute, which the first job may have better use for. */
export type WarmStart = 'make' | 'if made' | 'never';

/** Installs what a batch needs and is missing, which takes a minute once; a look at four marker files afterwards. */
export const ensureSpark = (
  assets: string,
  progress: Progress,
  signal: AbortSignal,
  warmStart: WarmStart = 'make',
): Promise<SparkToolchain> =>
  inInstallStep('batch', progress, signal, (installing) => installSpark(assets, installing, warmStart));

/** What a stream needs: all that a batch has, Spark's Kafka source and the jar of `spark/stream-java`. */
export const ensureStream = (
  assets: string,
  progress: Progress,
  signal: AbortSignal,
  warmStart: WarmStart = 'make',
): Promise<SparkToolchain> =>
  inInstallStep('stream', progress, signal, async (installing) => {
    const spark = await installSpark(assets, installing, warmStart);
    return {
      ...spark,
      jars: [...spark.jars, ...(await ensureStreamJars(assets, spark.jdk, spark.home, installing))],
    };
  });

async function installSpark(
  assets: string,
  installing: Installing,
  warmStart: WarmStart,
): Promise<SparkToolchain> {
  const jdk = findJdk();
  const pyspark = await ensurePySpark(assets, findPython(), installing('PySpark (430 MB)'));
  const { home } = pyspark;
  const pgjdbc = await ensureJars(
    'spark',
    join(assets, 'jars', 'spark.lock'),
    jdk,
    home,
    installing('pgjdbc'),
  );
  const pgcopy = await ensureJavaJar(
    { name: 'pgcopy', project: join(assets, 'spark', 'pgcopy'), classPath: pgjdbc },
    jdk,
    home,
    installing('pgcopy'),
  );
  return {
    ...pyspark,
    jdk,
    jars: [...pgjdbc, pgcopy],
    classArchive: await archiveFor(warmStart),
  };

  async function archiveFor(wanted: WarmStart): Promise<ClassArchive | null> {
    if (wanted === 'never') return null;
    if (wanted === 'if made') return findClassArchive(assets, jdk, pyspark);
    return ensureClassArchive(assets, jdk, pyspark, installing('a warm start of Spark'));
  }
}

/** One step for all that `install` builds; none is shown where everything is there. An image has it all. */
async function inInstallStep(
  kind: keyof Prebuilt,
  progress: Progress,
  signal: AbortSignal,
  install: (installing: Installing) => Promise<SparkToolchain>,
): Promise<SparkToolchain> {
  const prebuilt = prebuiltToolchain();
  if (prebuilt !== null) return prebuilt[kind];
  let step: Step | undefined;
  try {
    const toolchain = await install((what) => ({
      signal,
      onBuild: () => {
        step ??= progress.step('installing Spark');
        step.advance(0, what);
      },
      onWait: () => progress.note(`another shop-pipe is installing ${what}; waiting for it`),
    }));
    step?.end(`JDK ${toolchain.jdk.version}`);
    return toolchain;
  } catch (error) {
    step?.fail();
    throw error;
  }
}
