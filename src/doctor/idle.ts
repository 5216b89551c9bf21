import { isPortFree } from '../config/free-port.ts';
import { portHolder } from '../process/port-holder.ts';
import type { Listen, ServiceState } from '../runtime/service.ts';
import { type Finding, ok, problem } from './finding.ts';

/** What can be said of an engine that does not run; null for one that does. */
export async function checkIdle(
  name: string,
  state: ServiceState | undefined,
  { host, port, variable }: Listen,
): Promise<Finding | null> {
  if (state === 'failed')
    return problem(name, 'was started and is gone', `shop-pipe logs ${name}, then shop-pipe up`);
  if (state !== 'stopped') return null;
  return (await isPortFree(port, host))
    ? ok(name, `not running; port ${port} is free`)
    : problem(
        name,
        `port ${port} is taken by ${portHolder(port)}`,
        `stop that, or set another ${variable} in .env`,
      );
}
