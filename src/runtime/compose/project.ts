import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import { variables } from '../../config/schema.ts';
import { type Captured, capture } from '../../process/capture.ts';

export interface ComposeOptions {
  config: Config;
  /** Holds compose.yaml. */
  assets: string;
  envFile: string;
  signal?: AbortSignal;
}

/** Our compose file with the settings of one `.env`. */
export class ComposeProject {
  readonly name: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly #first: readonly string[];
  readonly #cwd: string;

  constructor({ config, assets, envFile }: ComposeOptions, environment: NodeJS.ProcessEnv = process.env) {
    this.name = config.compose.project;
    this.#cwd = assets;
    this.#first = [
      'compose',
      '--ansi=never',
      '--progress=plain',
      `--project-name=${this.name}`,
      `--project-directory=${assets}`,
      `--file=${join(assets, 'compose.yaml')}`,
      `--env-file=${envFile}`,
    ];
    // To compose a variable that is set to nothing is set, to us it is not.
    const unset = variables.flatMap(({ name }) => (environment[name] === '' ? [[name, undefined]] : []));
    this.env = {
      ...Object.fromEntries(unset),
      COMPOSE_FILE: undefined,
      COMPOSE_PROFILES: config.compose.profiles.join(','),
      AIRFLOW_PORT: portOf(config.airflow.url),
      METABASE_PORT: portOf(config.metabase.target.url),
    };
  }

  /** Arguments of `docker` for a compose command. */
  arguments(args: readonly string[]): string[] {
    return [...this.#first, ...args];
  }

  run(
    args: readonly string[],
    options: { onLine?: (line: string) => void; signal?: AbortSignal } = {},
  ): Promise<Captured> {
    return capture('docker', this.arguments(args), { env: this.env, cwd: this.#cwd, ...options });
  }

  get folder(): string {
    return this.#cwd;
  }
}

const portOf = (url: string): string => new URL(url).port || '80';
