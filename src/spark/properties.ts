/** What a job asks of the cluster that it runs on. */
export interface Resources {
  /** Cores at most; null takes what is free. */
  cores: number | null;
  executorMemory: string;
  driverMemory: string;
  /** Shared with a cluster that wants authentication. */
  secret: string | null;
}

/**
 * A short job spends its CPU on compiling: without C2 and with the serial collector the whole Olist takes 13 CPU
 * seconds instead of 24, on two cores (docs/decisions/spark-start.md).
 */
const quickJvm = '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC';

/**
 * Spark properties of every job of ours; `scratch` is its folder for temporary files. They may hold a secret: they go to
 * a file of mode 0600, and Spark keeps this one out of its executors' argv.
 */
export function baseProperties(
  master: string,
  scratch: string,
  { cores, executorMemory, driverMemory, secret }: Resources,
): Record<string, string> {
  return {
    'spark.ui.enabled': 'false',
    'spark.ui.showConsoleProgress': 'false',
    'spark.driver.memory': driverMemory,
    'spark.driver.extraJavaOptions': quickJvm,
    ...(master.startsWith('local')
      ? {
          'spark.driver.host': '127.0.0.1',
          'spark.driver.bindAddress': '127.0.0.1',
          'spark.local.dir': scratch,
        }
      : {
          'spark.executor.memory': executorMemory,
          'spark.executor.extraJavaOptions': quickJvm,
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
