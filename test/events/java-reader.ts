import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { silent } from '../../src/progress.ts';
import { compileJava, javaSources } from '../../src/toolchain/java-jar.ts';
import { ensureStream } from '../../src/toolchain/spark.ts';
import { root } from '../support/server.ts';

/** What spark/stream-java says of one message. */
export type JavaReading = { refused: string; event?: never } | { event: StagedEvent; refused?: never };

/** An event by the columns of stream_stage.events; instants in milliseconds since 1970, prices with two decimals. */
export interface StagedEvent {
  order_id: string;
  version: number;
  status: string;
  event_time: number;
  order_timestamp: number;
  customer_id: string;
  customer_name: string;
  customer_email: string;
  customer_created_at: number;
  product_ids: string[];
  quantities: number[];
  prices: string[];
}

export interface JavaReader {
  read(value: Uint8Array): Promise<JavaReading>;
  close(): Promise<void>;
}

/** One JVM that reads any number of messages, one after the other or many at once. */
export async function startJavaReader(): Promise<JavaReader> {
  const { jdk, home, jars } = await ensureStream(root, silent, new AbortController().signal);
  const classes = mkdtempSync(join(tmpdir(), 'shop-pipe-reader-'));
  const classPath = [...jars, join(home, 'jars', '*')];
  const main = javaSources(join(root, 'spark', 'stream-java', 'src', 'test', 'java')).filter((file) =>
    file.endsWith('ReadLines.java'),
  );
  await compileJava('the reader', jdk, main, classes, classPath);
  const child = spawn(
    join(jdk.home, 'bin', 'java'),
    ['-Xmx1g', '-cp', [classes, ...classPath].join(delimiter), 'io.shoppipe.stream.ReadLines'],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const closed = once(child, 'close');
  const waiting: { resolve: (line: string) => void; reject: (error: Error) => void }[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.resolve(line));
  void closed.then(() => {
    for (const { reject } of waiting) reject(new Error('the JVM ended'));
  });
  return {
    async read(value) {
      const line = new Promise<string>((resolve, reject) => waiting.push({ resolve, reject }));
      child.stdin.write(`${Buffer.from(value).toString('base64')}\n`);
      return JSON.parse(await line) as JavaReading;
    },
    async close() {
      child.stdin.end();
      await closed;
      rmSync(classes, { recursive: true, force: true });
    },
  };
}
