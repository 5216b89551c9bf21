import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { capture } from '../process/capture.ts';
import { type EnsureOptions, ensureTool, isComplete, readAsset, type Tool, toolFolder } from './cache.ts';
import type { Jdk } from './jdk.ts';
import type { PySpark } from './pyspark.ts';

/** Spark's classes as the JVM has them in memory once it has loaded them (AppCDS): a third of a short job's CPU. */
export interface ClassArchive {
  file: string;
  /** SPARK_CONF_DIR of jobs that use it, empty: it stands on the class path, where the JVM takes no folder with files. */
  conf: string;
}

/**
 * Of every driver, and of the run that makes the archive. A short job spends its CPU on compiling: without C2 and with
 * the serial collector the whole Olist takes 13 CPU seconds instead of 24, on two cores (docs/decisions/spark-start.md).
 */
export const quickJvm = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'] as const;

/** Runs what jobs of ours run, so that its classes are there when the archive is written. */
const training = 'spark/shop_pipe_jobs_training.py';

/**
 * Makes the archive on first use, which takes half a minute and 150 MB. It fits one build of the JVM and one set of
 * Spark's jars; a JVM that it does not fit after all goes on without it. Where it cannot be made, which is tried once,
 * jobs start as they do without: it is a matter of speed alone.
 */
export async function ensureClassArchive(
  assets: string,
  jdk: Jdk,
  pyspark: PySpark,
  options: EnsureOptions = {},
): Promise<ClassArchive | null> {
  try {
    await ensureTool(archiveTool(assets, jdk, pyspark, options.signal), options);
  } catch (error) {
    // Interrupted, or a disk that is full or not ours: what needs it fails by itself and says so.
    if (options.signal?.aborted) throw error;
  }
  return findClassArchive(assets, jdk, pyspark);
}

/** The archive where it is made already. */
export function findClassArchive(assets: string, jdk: Jdk, pyspark: PySpark): ClassArchive | null {
  const folder = toolFolder(archiveTool(assets, jdk, pyspark, undefined));
  if (!isComplete(folder)) return null;
  const archive = archiveIn(folder);
  return existsSync(archive.file) ? archive : null;
}

function archiveTool(
  assets: string,
  jdk: Jdk,
  { python, home }: PySpark,
  signal: AbortSignal | undefined,
): Tool {
  const release = join(jdk.home, 'release');
  return {
    name: 'spark-classes',
    dependsOn: [
      readAsset(assets, training),
      // The build of the JVM; a JDK that a distribution packs may have no such file.
      existsSync(release) ? readFileSync(release) : jdk.version,
      jdk.home,
      home,
      ...quickJvm,
    ],
    async build(target) {
      const { file, conf } = archiveIn(target);
      const scratch = join(target, 'scratch');
      mkdirSync(conf);
      const archive = [...quickJvm, `-XX:ArchiveClassesAtExit=${file}`, '-Xlog:disable'];
      const properties = {
        'spark.ui.enabled': 'false',
        'spark.ui.showConsoleProgress': 'false',
        'spark.driver.host': '127.0.0.1',
        'spark.driver.bindAddress': '127.0.0.1',
        'spark.local.dir': scratch,
        'spark.driver.extraJavaOptions': archive.join(' '),
      };
      const { code } = await capture(
        join(home, 'bin', 'spark-submit'),
        [
          '--master',
          'local[2]',
          ...Object.entries(properties).flatMap(([name, value]) => ['--conf', `${name}=${value}`]),
          join(assets, training),
        ],
        {
          env: {
            JAVA_HOME: jdk.home,
            SPARK_HOME: home,
            SPARK_CONF_DIR: conf,
            SPARK_LOCAL_IP: '127.0.0.1',
            PYSPARK_PYTHON: python,
            PYSPARK_DRIVER_PYTHON: python,
            PYTHONPATH: undefined,
            PYTHONDONTWRITEBYTECODE: '1',
          },
          ...(signal ? { signal } : {}),
        },
      );
      rmSync(scratch, { recursive: true, force: true });
      if (code !== 0) rmSync(file, { force: true });
    },
  };
}

const archiveIn = (folder: string): ClassArchive => ({
  file: join(folder, 'spark.jsa'),
  conf: join(folder, 'conf'),
});
