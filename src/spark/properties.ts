/** Spark properties of every job of ours; `scratch` is its folder for temporary files. None is a secret. */
export function baseProperties(master: string, scratch: string): Record<string, string> {
  return {
    'spark.ui.enabled': 'false',
    'spark.ui.showConsoleProgress': 'false',
    'spark.driver.memory': '1g',
    // A short job spends its CPU on compiling: without C2 and with the serial collector the whole Olist takes 13 CPU
    // seconds instead of 24, on two cores (docs/decisions/spark-start.md).
    'spark.driver.extraJavaOptions': '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC',
    ...(master.startsWith('local')
      ? {
          'spark.driver.host': '127.0.0.1',
          'spark.driver.bindAddress': '127.0.0.1',
          'spark.local.dir': scratch,
        }
      : {}),
  };
}

/** Java's properties format: backslashes and the separators of a key are escaped. */
export const propertiesText = (properties: Readonly<Record<string, string>>): string =>
  Object.entries(properties)
    .map(([name, value]) => `${name}=${value.replaceAll('\\', '\\\\')}\n`)
    .join('');
