import { join } from 'node:path';
import type { EnsureOptions } from './cache.ts';
import { ensureJars } from './jars.ts';
import { ensureJavaJar } from './java-jar.ts';
import type { Jdk } from './jdk.ts';

/** Names what is being installed, for the one step that the user sees. */
export type Installing = (what: string) => EnsureOptions;

/** Spark's Kafka source, four jars that `jars/stream.lock` pins, and the jar of `spark/stream-java`, compiled on first use. */
export async function ensureStreamJars(
  assets: string,
  jdk: Jdk,
  sparkHome: string,
  installing: Installing,
): Promise<string[]> {
  const lock = join(assets, 'jars', 'stream.lock');
  const kafka = await ensureJars('stream', lock, jdk, sparkHome, installing("Spark's Kafka source"));
  const jar = await ensureJavaJar(
    { name: 'shop-pipe-stream', project: join(assets, 'spark', 'stream-java'), classPath: kafka },
    jdk,
    sparkHome,
    installing('the reader of order events'),
  );
  return [...kafka, jar];
}
