import type { ServiceStatus } from './service.ts';

export interface UpResult {
  runtime: string;
  services: ServiceStatus[];
  /** Names of the services that this call started. */
  started: string[];
}

export interface LogSource {
  service: string;
  /** A name for it and others of one engine. */
  group?: string | undefined;
  file: string;
}

/** The narrow interface that native, compose and external share. */
export interface Runtime {
  readonly name: string;
  /**
   * Starts what is not running, in the order of needs; returns when all is healthy. No service named: all of them.
   * `onHealthy` is called for each that is about, before what needs it starts: an engine may need what is in another.
   */
  up(services: readonly string[], onHealthy?: (service: string) => Promise<void>): Promise<UpResult>;
  status(): Promise<ServiceStatus[]>;
  /** Log files to read, oldest lines first: the engines' where they are on this machine, and those of jobs. */
  logs(service: string | null): Promise<LogSource[]>;
}
