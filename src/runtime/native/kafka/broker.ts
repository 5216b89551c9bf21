import { randomBytes } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { environmentError } from '../../../errors.ts';
import { capture } from '../../../process/capture.ts';
import type { LaunchCommand } from '../../service.ts';
import { dataFolder, log4jProperties, serverProperties } from './properties.ts';

/** A JVM with Kafka's jars. */
export interface KafkaJava {
  java: string;
  /** Folder of the jars. */
  jars: string;
}

/**
 * Half the start-up CPU and time of the JVM's defaults (3.2 s against 5.2-6.2 s, 2 cores, JDK 17); 256 MB of heap are
 * plenty for one broker. The locale is about names of folders, which the JVM cannot open under plain C.
 */
export function kafkaCommand(
  { java, jars }: KafkaJava,
  folder: string,
  args: readonly string[],
): LaunchCommand {
  return {
    file: java,
    args: [
      '-Xmx256m',
      '-XX:+UseSerialGC',
      '-XX:TieredStopAtLevel=1',
      '-XX:+ExitOnOutOfMemoryError',
      '-Djava.awt.headless=true',
      '-Dlog4j2.configurationFile=log4j2.properties',
      '-cp',
      join(jars, '*'),
      ...args,
    ],
    env: { LC_ALL: 'C.UTF-8' },
    cwd: folder,
  };
}

/** Written at each start, so that `.env` decides and not what it was when the data were made. */
export function writeBrokerConfig(folder: string, listen: Parameters<typeof serverProperties>[0]): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, 'server.properties'), serverProperties(listen), { mode: 0o600 });
  writeFileSync(join(folder, 'log4j2.properties'), log4jProperties, { mode: 0o600 });
}

/** Makes the data folder once: aside, then moved, so that a killed format leaves nothing that looks finished. */
export async function formatStorage(
  kafka: KafkaJava,
  folder: string,
  options: { logFile: string; signal?: AbortSignal },
): Promise<void> {
  const data = join(folder, dataFolder);
  if (existsSync(join(data, 'meta.properties'))) return;
  const aside = `${data}.new`;
  rmSync(aside, { recursive: true, force: true });
  const properties = serverProperties({ host: '127.0.0.1', port: 9092, controllerPort: 9093 });
  writeFileSync(
    join(folder, 'format.properties'),
    properties.replace(`log.dirs=${dataFolder}\n`, `log.dirs=${dataFolder}.new\n`),
  );
  const { file, args, env, cwd } = kafkaCommand(kafka, folder, [
    'kafka.tools.StorageTool',
    'format',
    '--cluster-id',
    newClusterId(),
    '--config',
    'format.properties',
  ]);
  const { code, output } = await capture(file, args, {
    env: env ?? {},
    ...(cwd === undefined ? {} : { cwd }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  mkdirSync(join(options.logFile, '..'), { recursive: true, mode: 0o700 });
  appendFileSync(options.logFile, output, { mode: 0o600 });
  if (code !== 0) {
    const lines = output.split('\n').filter((line) => line.trim() !== '');
    const said = lines.find((line) => /exception|error|no space/i.test(line)) ?? lines.at(-1) ?? 'no output';
    throw environmentError('kafka_format_failed', `kafka could not make its data folder: ${said.trim()}`, {
      suggestion: 'shop-pipe doctor',
    });
  }
  rmSync(join(folder, 'format.properties'));
  // Without the file that says formatted there can be no message in it.
  rmSync(data, { recursive: true, force: true });
  renameSync(aside, data);
}

/** 16 random bytes in Kafka's base64url; one that begins with a dash would be taken for an option. */
function newClusterId(): string {
  for (;;) {
    const id = randomBytes(16).toString('base64url');
    if (!id.startsWith('-')) return id;
  }
}
