import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../process/make-folder.ts';
import type { ProcessId } from '../../process/process-table.ts';
import type { Service } from '../service.ts';

/** What is known of a service that was started, also to a later shop-pipe with another `.env` or none. */
export interface PidFile extends ProcessId {
  /** When the probe first held; null while the service is starting. */
  healthyAt: string | null;
  startedAt: string;
  /** Where it listens, `host:port`; null for one that listens nowhere. */
  endpoint: string | null;
  /** Services that have to run as long as this one does. */
  needs?: readonly string[];
  /** Hash of what it was started with. */
  settings?: string;
  /** `NAME=value` in the environment of all its processes, of one that scatters them. */
  mark?: string;
  stop: Service['stop'];
}

/** One JSON file per started service in `folder`. */
export class PidFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  names(): string[] {
    try {
      return readdirSync(this.#folder)
        .filter((file) => file.endsWith('.json'))
        .map((file) => file.slice(0, -'.json'.length));
    } catch {
      return [];
    }
  }

  read(name: string): PidFile | null {
    try {
      return JSON.parse(readFileSync(this.#path(name), 'utf8')) as PidFile;
    } catch {
      return null;
    }
  }

  write(name: string, file: PidFile): void {
    makeFolder(this.#folder);
    writeFileSync(`${this.#path(name)}.new`, JSON.stringify(file), { mode: 0o600 });
    renameSync(`${this.#path(name)}.new`, this.#path(name));
  }

  remove(name: string): void {
    rmSync(this.#path(name), { force: true });
  }

  #path(name: string): string {
    return join(this.#folder, `${name}.json`);
  }
}
