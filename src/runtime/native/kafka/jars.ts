import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Progress } from '../../../progress.ts';
import type { EnsureOptions } from '../../../toolchain/cache.ts';
import { ensureJars, parseJarLock } from '../../../toolchain/jars.ts';
import { findJdk } from '../../../toolchain/jdk.ts';
import { ensurePySpark } from '../../../toolchain/pyspark.ts';
import { findPython } from '../../../toolchain/python.ts';
import type { KafkaJava } from './broker.ts';

const lockFile = (assets: string): string => join(assets, 'jars', 'kafka.lock');

/** Version of the broker that the lock pins. */
export function kafkaVersion(assets: string): string {
  const pins = parseJarLock(readFileSync(lockFile(assets), 'utf8'));
  return pins.find(({ artifact }) => artifact.startsWith('kafka_'))?.version ?? '';
}

/** Kafka's jars, fetched on first use (half a minute) by the Ivy inside PySpark, which comes first (a minute). */
export async function ensureKafka(
  assets: string,
  say: (what: string) => void,
  { progress, signal }: { progress: Progress; signal: AbortSignal },
): Promise<KafkaJava> {
  const jdk = findJdk();
  const installing = (what: string): EnsureOptions => ({
    signal,
    onBuild: () => say(`installing ${what}`),
    onWait: () => progress.note(`another shop-pipe is installing ${what}; waiting for it`),
  });
  const { home } = await ensurePySpark(assets, findPython(), installing('PySpark (430 MB)'));
  const jars = await ensureJars('kafka', lockFile(assets), jdk, home, installing("Kafka's jars (45 MB)"));
  return { java: join(jdk.home, 'bin', 'java'), jars: dirname(jars[0] ?? '') };
}
