/**
 * stopped: not running, nobody wants it; starting: runs, not ready yet; healthy: answers; unhealthy: runs, answered
 * once, answers no more; failed: was started and is gone.
 */
export type ServiceState = 'stopped' | 'starting' | 'healthy' | 'unhealthy' | 'failed';

export interface ServiceStatus {
  name: string;
  state: ServiceState;
  pid: number | null;
  /** Where it listens, e.g. `127.0.0.1:5432`; null for one that listens nowhere. */
  endpoint: string | null;
  version: string | null;
}

export interface Probe {
  ready: boolean;
  /** What the engine said, in a few words. */
  detail: string;
}

/** The run of a service that a probe is about. */
export interface ProbedRun {
  startedAt: string;
  /** When the probe first held; null while the service is starting. */
  healthyAt: string | null;
}

export interface LaunchCommand {
  file: string;
  args: readonly string[];
  env?: Readonly<Record<string, string>>;
  cwd?: string;
}

export interface Listen {
  host: string;
  port: number;
  /** Which setting says so. */
  variable: string;
}

/** One engine as plain data: it knows how it is started, asked and stopped, and no supervisor. */
export interface Service {
  name: string;
  version: string;
  /** Services that must be healthy before this one starts. */
  needs: readonly string[];
  /** What `up` and `logs` may call it together with others of one engine. */
  group?: string;
  /**
   * Services whose end it does not survive, though it may run on for a while: `up` that finds one of them gone starts this
   * one anew as well.
   */
  endsWith?: readonly string[];
  listen?: Listen;
  /** Started only where it is named: `up` alone leaves it out. */
  onDemand?: true;
  /** The pipeline is whole without it: where it cannot be started, `up` alone says so and goes on. */
  extra?: true;
  /**
   * What it is started with, as far as that is known before: `up` starts one anew that runs with another. Kept as a
   * hash.
   */
  settings?: string;
  /**
   * Its processes leave its group, e.g. workers that put each job into one of its own: stopping looks for all that
   * carry its mark in their environment.
   */
  scatters?: true;
  /** Throws what keeps it from being started at all, e.g. settings that it cannot have; changes nothing. */
  check?(): void;
  /** Idempotent work before the first start, e.g. initdb; `say` takes what it is at. */
  prepare(say: (what: string) => void): Promise<void>;
  /** The process to run in the foreground of its own group. */
  command(): Promise<LaunchCommand>;
  probe(run: ProbedRun): Promise<Probe>;
  stop: { signal: NodeJS.Signals; graceMs: number };
  /** How long it may take to become healthy, recovery after a crash included. */
  startMs: number;
}

export type ListeningService = Service & { listen: Listen };
