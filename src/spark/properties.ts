import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type ClassArchive, quickJvm } from '../toolchain/class-archive.ts';

/**
 * Of a job that runs for a minute and longer: the optimising compiler pays, but for the hottest methods only (Spark's
 * generated code is new in every query), and the collector has two cores. Each limit is ten times the JVM's own.
 */
const steadyJvm = [
  '-XX:+UseParallelGC',
  '-XX:Tier4InvocationThreshold=50000',
  '-XX:Tier4MinInvocationThreshold=6000',
  '-XX:Tier4CompileThreshold=150000',
  '-XX:Tier4BackEdgeThreshold=400000',
];

/** What a job asks of the cluster that it runs on. */
export interface Resources {
  /** Cores at most; null takes what is free. */
  cores: number | null;
  executorMemory: string;
  driverMemory: string;
  /** Shared with a cluster that wants authentication. */
  secret: string | null;
}

/** How the driver's JVM starts. */
export interface DriverStart {
  /** spark/conf of the assets. */
  confFolder: string;
  classArchive: ClassArchive | null;
  /** The job has minutes of work: it is worth compiling for. */
  long: boolean;
}

/**
 * Spark properties of every job of ours; `scratch` is its folder for temporary files. They may hold a secret: they go to
 * a file of mode 0600, and Spark keeps this one out of its executors' argv.
 */
export function baseProperties(
  master: string,
  scratch: string,
  { cores, executorMemory, driverMemory, secret }: Resources,
  { confFolder, classArchive, long }: DriverStart,
): Record<string, string> {
  const jvm = (long ? steadyJvm : quickJvm).join(' ');
  const log = pathToFileURL(join(confFolder, 'log4j2.properties')).href;
  // What the JVM has against an archive that does not fit is nobody's business.
  const archive = classArchive === null ? '' : ` -XX:SharedArchiveFile="${classArchive.file}" -Xlog:cds*=off`;
  return {
    'spark.ui.enabled': 'false',
    'spark.ui.showConsoleProgress': 'false',
    'spark.driver.memory': driverMemory,
    'spark.driver.extraJavaOptions': `${jvm} -Dlog4j2.configurationFile=${log}${archive}`,
    ...(master.startsWith('local')
      ? {
          'spark.driver.host': '127.0.0.1',
          'spark.driver.bindAddress': '127.0.0.1',
          'spark.local.dir': scratch,
        }
      : {
          'spark.executor.memory': executorMemory,
          'spark.executor.extraJavaOptions': jvm,
          ...(cores === null ? {} : { 'spark.cores.max': String(cores) }),
          ...(secret === null ? {} : { 'spark.authenticate': 'true', 'spark.authenticate.secret': secret }),
        }),
  };
}

/** Java's properties format: backslashes and the separators of a key are escaped. */
export const propertiesText = (properties: Readonly<Record<string, string>>): string =>
  Object.entries(properties)
    .map(([name, value]) => `${name}=${value.replaceAll('\\', '\\\\')}\n`)
    .join('');
