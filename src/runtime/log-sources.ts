import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { usageError } from '../errors.ts';

export interface LogSource {
  service: string;
  /** A name for it and others of one engine. */
  group?: string | undefined;
  file: string;
}

/** Logs that are no service's own: jobs of this machine write them, whoever runs the engines. */
export const jobLogs = (home: string): LogSource[] =>
  ['spark', 'stream'].map((service) => ({ service, file: join(home, 'logs', `${service}.log`) }));

/** Those of `known` that exist and are asked for; null means all. @throws ShopPipeError `unknown_service`. */
export function chosenLogs(known: readonly LogSource[], service: string | null): LogSource[] {
  const groups = known.flatMap(({ group }) => group ?? []);
  const names = [...known.map((source) => source.service), ...new Set(groups)];
  if (service !== null && !names.includes(service))
    throw usageError('unknown_service', `there is no service ${service}`, `one of: ${names.join(', ')}`);
  return known.filter(
    (source) =>
      (service === null || source.service === service || source.group === service) && existsSync(source.file),
  );
}
