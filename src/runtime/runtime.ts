import type { ServiceStatus } from './service.ts';

export interface UpResult {
  runtime: string;
  services: ServiceStatus[];
  /** Names of the services that this call started. */
  started: string[];
}

export interface LogSource {
  service: string;
  file: string;
}

/** The narrow interface that native, compose and external share. */
export interface Runtime {
  readonly name: string;
  /** Starts what is not running, in the order of needs; returns when all is healthy. No service named: all of them. */
  up(services: readonly string[]): Promise<UpResult>;
  /** Stops everything; `purge` deletes data and logs too. Returns the names of what it stopped. */
  down(options: { purge: boolean }): Promise<string[]>;
  status(): Promise<ServiceStatus[]>;
  /** Log files to read, oldest lines first; empty where the engines' logs are elsewhere. */
  logs(service: string | null): Promise<LogSource[]>;
}
