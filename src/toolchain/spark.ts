import { join } from 'node:path';
import { inStep, type Progress } from '../progress.ts';
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

/** Installs what is missing, which takes a minute or two once; a look at three marker files afterwards. */
export async function ensureSpark(
  assets: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<SparkToolchain> {
  const jdk = findJdk();
  const python = findPython();
  let building = false;
  const options = {
    signal,
    onBuild: () => (building = true),
    onWait: () => progress.note('another shop-pipe is installing the same; waiting for it'),
  };
  const install = async (): Promise<SparkToolchain> => {
    const pyspark = await ensurePySpark(assets, python, options);
    const jars = await ensureJars('spark', join(assets, 'spark', 'jars.lock'), jdk, pyspark.home, options);
    const pgcopy = await ensurePgcopy(assets, jdk, pyspark.home, jars[0] ?? '', options);
    return { ...pyspark, jdk, jars: [...jars, pgcopy] };
  };
  // A step is shown only for work: three markers take no time.
  return inStep(
    progress,
    'Spark',
    install,
    (found) => `${building ? 'installed' : 'ready'}, JDK ${found.jdk.version}, Python ${python.version}`,
  );
}
