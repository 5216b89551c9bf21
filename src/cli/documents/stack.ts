import { z } from 'zod';
import { documentMeta, migrationVersion, runtimeName } from './values.ts';

export const serviceDocument = z.strictObject({
  name: z
    .string()
    .describe(
      'name of the engine or a part of it, e.g. postgres, airflow-scheduler; `stream` for the stream that runs in the background',
    ),
  state: z
    .enum(['stopped', 'starting', 'healthy', 'unhealthy', 'failed'])
    .describe(
      'stopped: not running, nobody wants it; starting: not ready yet; healthy: answers; unhealthy: answers no more; failed: was started and is gone',
    ),
  pid: z.int().positive().nullable().describe('process id on this machine; null where it has none'),
  endpoint: z
    .string()
    .nullable()
    .describe(
      'host:port where it listens or would listen, null for one that listens nowhere; a cluster has several, with commas; of an Airflow or Metabase of somebody else its URL; of the stream, what it reads',
    ),
  version: z.string().nullable().describe("the engine's version; null where it is not known"),
});

const services = z
  .array(serviceDocument)
  .describe('every engine of the stack; in `status` also the stream, where it was started in the background');

const postgres = {
  name: 'postgres',
  state: 'healthy',
  pid: 30622,
  endpoint: '127.0.0.1:5432',
  version: '17.10',
};

const kafka = {
  name: 'kafka',
  state: 'healthy',
  pid: 30710,
  endpoint: '127.0.0.1:9092',
  version: '4.3.1',
};

export const upDocument = z
  .strictObject({
    runtime: runtimeName,
    services,
    started: z.array(z.string()).describe('names of the services that this call started'),
    migrations: z.array(migrationVersion).describe('migrations that this call applied, oldest first'),
    topics: z.array(z.string()).describe('topics that this call made'),
  })
  .meta(
    documentMeta('up', 'The stack as it is now. A second call starts and applies nothing.', {
      runtime: 'native',
      services: [postgres, kafka],
      started: ['postgres', 'kafka'],
      migrations: ['0001', '0002'],
      topics: ['shop.orders'],
    }),
  );

export const downDocument = z
  .strictObject({
    runtime: runtimeName,
    stopped: z.array(z.string()).describe('names of the services that this call stopped'),
    purged: z.boolean().describe('whether data and logs were deleted, too'),
  })
  .meta(
    documentMeta('down', 'What was stopped. Nothing running is no error.', {
      runtime: 'native',
      stopped: ['kafka', 'postgres'],
      purged: false,
    }),
  );

export const statusDocument = z
  .strictObject({ runtime: runtimeName, services })
  .meta(
    documentMeta(
      'status',
      'The state of each service. With --exit-code the exit code is 3 unless all that were started are healthy.',
      { runtime: 'native', services: [postgres, kafka] },
    ),
  );

const logLine = {
  service: 'postgres',
  line: '2026-11-23 23:43:17.925 UTC [30622] LOG:  database system is ready to accept connections',
};

export const logLineDocument = z
  .strictObject({
    service: z
      .string()
      .describe(
        'the engine, part of one or job that wrote it, e.g. postgres, airflow-scheduler, spark, stream',
      ),
    line: z.string().describe('the line as it was written'),
  })
  .meta(
    documentMeta(
      'logs --follow',
      'One document per line of log, as they are written, until Ctrl-C, which is no failure: exit code 0.',
      logLine,
    ),
  );

export const logsDocument = z
  .array(logLineDocument)
  .meta(
    documentMeta('logs', 'The last lines of each log, oldest first, one service after the other.', [logLine]),
  );
