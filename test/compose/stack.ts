import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../src/config/free-port.ts';
import { Sandbox } from '../support/cli.ts';
import { program } from './program.ts';

export interface Described {
  services: Record<
    string,
    {
      image: string;
      mem_limit?: string;
      restart?: string;
      logging?: { options?: Record<string, string> };
      ports?: { host_ip?: string }[];
      environment?: Record<string, string | null>;
    }
  >;
}

/** The stack of a `.env` of its own, by `docker compose` itself and by the command line. */
export class Stack {
  readonly name = 'shop-pipe-test';
  readonly sandbox = new Sandbox();

  get envFile(): string {
    return join(this.sandbox.folder, '.env');
  }

  /** `.env` as a user makes it. */
  async init(olist: string | undefined): Promise<void> {
    // Far from what others take while the images are built.
    const from = 10_000 + Math.floor(Math.random() * 8_000);
    const [postgres, kafka, airflow, metabase] = await Promise.all(
      [0, 300, 600, 900].map((offset) => freePort(from + offset)),
    );
    await this.sandbox.run(['init'], {
      COMPOSE_PROJECT_NAME: this.name,
      POSTGRES_PORT: String(postgres),
      KAFKA_BROKERS: `127.0.0.1:${kafka}`,
      AIRFLOW_URL: `http://127.0.0.1:${airflow}`,
      METABASE_URL: `http://127.0.0.1:${metabase}`,
    });
    this.set('COMPOSE_PROJECT_NAME', this.name);
    if (olist) this.set('OLIST_PATH', olist);
  }

  set(name: string, value: string): void {
    const text = readFileSync(this.envFile, 'utf8').replace(
      new RegExp(`^${name}=.*$`, 'm'),
      `${name}=${value}`,
    );
    writeFileSync(this.envFile, text);
  }

  get(name: string): string {
    return new RegExp(`^${name}=(.*)$`, 'm').exec(readFileSync(this.envFile, 'utf8'))?.[1] ?? '';
  }

  compose(args: readonly string[], env: Record<string, string | undefined> = {}): Promise<string> {
    return program('docker', ['compose', '--progress', 'plain', '--env-file', this.envFile, ...args], {
      env,
    });
  }

  async described(profiles: string): Promise<Described> {
    return JSON.parse(
      await this.compose(['config', '--format', 'json'], { COMPOSE_PROFILES: profiles }),
    ) as Described;
  }

  /** The command line with `--runtime compose`; its document. @throws where it fails. */
  async cli<T = Record<string, unknown>>(...args: string[]): Promise<T> {
    const { code, data, stderr } = await this.sandbox.json<T>(['--runtime', 'compose', ...args]);
    if (code !== 0)
      throw new Error(
        `${args.join(' ')} ended with ${code}: ${JSON.stringify(data)}\n${stderr.slice(-2_000)}`,
      );
    return data;
  }

  async containers(format: string): Promise<string[]> {
    const filter = `label=com.docker.compose.project=${this.name}`;
    return (await program('docker', ['ps', '--all', '--filter', filter, '--format', format]))
      .split('\n')
      .filter(Boolean);
  }

  async inspect(service: string, format: string): Promise<string> {
    return (await program('docker', ['inspect', '--format', format, `${this.name}-${service}-1`])).trim();
  }

  /** kill -9 of the container's first process, as a crash does it: Docker starts it again. */
  async crash(service: string): Promise<void> {
    const pid = Number(await this.inspect(service, '{{.State.Pid}}'));
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // The engine is on another machine, or another account's.
      await this.compose(['kill', service]);
      await this.compose(['start', service]);
    }
  }

  async until(what: string, holds: () => Promise<boolean>, seconds = 240): Promise<void> {
    const deadline = Date.now() + seconds * 1000;
    while (!(await holds().catch(() => false))) {
      if (Date.now() > deadline) throw new Error(`not after ${seconds} s: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  }
}
