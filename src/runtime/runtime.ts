import type { ServiceStatus } from './service.ts';

export interface UpResult {
  runtime: string;
  services: ServiceStatus[];
  /** Names of the services that this call started. */
  started: string[];
  /** Names of the services that the call was about: those asked for and what they need. */
  wanted: string[];
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
  status(): Promise<ServiceStatus[]>;
  /** Log files to read, oldest lines first; empty where the engines' logs are elsewhere. */
  logs(service: string | null): Promise<LogSource[]>;
}
