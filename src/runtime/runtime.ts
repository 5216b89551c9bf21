import type { RuntimeName } from '../config/config.ts';
import type { Logs } from './logs.ts';
import type { ServiceStatus } from './service.ts';

export interface UpResult {
  runtime: string;
  services: ServiceStatus[];
  /** Names of the services that this call started. */
  started: string[];
}

/** The narrow interface that native, compose and external share. */
export interface Runtime {
  readonly name: RuntimeName;
  /**
   * Starts what is not running, in the order of needs; returns when all is healthy. No service named: all of them.
   * `onHealthy` is called for each that is about, before what needs it starts: an engine may need what is in another.
   */
  up(services: readonly string[], onHealthy?: (service: string) => Promise<void>): Promise<UpResult>;
  status(): Promise<ServiceStatus[]>;
  /** What the engines wrote, where this machine can tell, and the jobs; of one service or group, or of all. */
  logs(service: string | null): Promise<Logs>;
}
