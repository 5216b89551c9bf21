import type { Config } from '../../config/config.ts';
import { environmentError, interruptedError, usageError } from '../../errors.ts';
import { inStep, type Progress } from '../../progress.ts';
import { airflowVersion } from '../../toolchain/airflow.ts';
import { inNeedOrder } from '../need-order.ts';
import type { Runtime, UpResult } from '../runtime.ts';
import type { ServiceStatus } from '../service.ts';
import { checkMemory, checkPorts, checkSettings } from './check.ts';
import { type Container, composeFailed, readContainers, stateOf } from './containers.ts';
import { culpritOf } from './culprit.ts';
import { requireDocker } from './docker.ts';
import { composeLogs } from './logs.ts';
import { ComposeProject } from './project.ts';
import { chores, servicesOf } from './services.ts';
import { watch } from './watch.ts';

export interface ComposeRuntimeOptions {
  config: Config;
  assets: string;
  envFile: string;
  progress: Progress;
  signal: AbortSignal;
}

/** How long the whole stack may take, the first run of the ETL included. */
const waitSeconds = 900;

/** The engines in containers: compose.yaml, with the settings of `.env`. */
export function composeRuntime({
  config,
  assets,
  envFile,
  progress,
  signal,
}: ComposeRuntimeOptions): Runtime {
  const project = new ComposeProject({ config, assets, envFile });
  const listed = servicesOf(config).map((service) => ({ ...service, needs: [] }));
  const names = (asked: readonly string[]): string[] => inNeedOrder(listed, asked).map(({ name }) => name);
  const statusOf = (containers: readonly Container[]): ServiceStatus[] => {
    const found = new Map(containers.map((container) => [container.service, container]));
    const sick = containers.filter((one) => chores.includes(one.service) && stateOf(one) === 'failed');
    return [
      ...listed.map(({ name }) => describe(name, found.get(name), assets)),
      ...sick.map((one) => describe(one.service, one, assets)),
    ];
  };

  /** Starts `wanted` (none: all) with what they need and waits; build first. */
  const start = async (wanted: readonly string[]): Promise<void> => {
    const ended = { yes: false };
    const services = [...listed.map(({ name }) => name), ...chores];
    const watching = watch(project, progress, (name) => services.includes(name), ended);
    const wait = ['--wait', '--wait-timeout', String(waitSeconds)];
    const { code, output } = await project
      .run(['up', '--detach', '--no-build', '--quiet-pull', '--remove-orphans', ...wait, ...wanted], {
        signal,
      })
      .catch((error: unknown) => {
        throw signal.aborted
          ? interruptedError('containers go on starting; shop-pipe down stops them')
          : error;
      })
      .finally(() => {
        ended.yes = true;
        return watching;
      });
    if (code !== 0) throw await culpritOf(project, output);
  };

  return {
    name: 'compose',
    async up(asked, onHealthy = async () => undefined): Promise<UpResult> {
      const wanted = names(asked);
      checkSettings(config);
      const docker = await requireDocker();
      if (asked.length === 0) checkMemory(docker, config.compose.profiles);
      const before = await readContainers(project);
      await checkOurs(project, envFile);
      await checkPorts(config, before);
      await build(project, progress, signal);
      // Migrations and topic are made from here, with progress and with errors that name the remedy; the one-shots
      // that do so for `docker compose up` find nothing to do then.
      const engines: string[] = wanted.filter((name) => name === 'postgres' || name === 'kafka');
      if (engines.length > 0) await start(engines);
      for (const name of engines) await onHealthy(name);
      const rest = wanted.filter((name) => !engines.includes(name));
      if (rest.length > 0) await start(asked.length === 0 ? [] : rest);
      const services = statusOf(await readContainers(project));
      const ran = new Set(statusOf(before).flatMap(({ name, state }) => (state === 'healthy' ? [name] : [])));
      const started = services.filter(({ name, state }) => state === 'healthy' && !ran.has(name));
      return { runtime: 'compose', services, started: started.map(({ name }) => name) };
    },
    async status() {
      await requireDocker();
      return statusOf(await readContainers(project));
    },
    async logs(service) {
      await requireDocker();
      if (service === null) return composeLogs(project, []);
      if (chores.includes(service)) return composeLogs(project, [service]);
      return composeLogs(project, names([service]));
    },
  };
}

/** Quick where nothing changed; minutes the first time. */
async function build(project: ComposeProject, progress: Progress, signal: AbortSignal): Promise<void> {
  await inStep(progress, 'images', async (step) => {
    step.advance(0, 'building');
    const { code, output } = await project.run(['build'], {
      signal,
      onLine: (line) => step.advance(0, line.replace(/^#\d+ (\d+\.\d+ )?/, '').slice(0, 80)),
    });
    if (signal.aborted) throw interruptedError('no image was changed');
    if (code === 0) return;
    const said = output.split('\n').findLast((line) => /error|failed/i.test(line)) ?? '';
    if (/required variable/.test(output)) throw composeFailed('docker compose build', output);
    throw environmentError(
      'image_build_failed',
      `an image could not be built: ${said.trim().slice(0, 300)}`,
      {
        suggestion: 'docker compose build',
      },
    );
  });
}

/** @throws ShopPipeError `compose_project_taken` where containers of that name were made with another `.env`. */
async function checkOurs(project: ComposeProject, envFile: string): Promise<void> {
  const { output } = await project.run([
    'ps',
    '--all',
    '--format',
    '{{.Label "com.docker.compose.project.environment_file"}}',
  ]);
  const others = output
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('/') && line !== envFile);
  if (others[0] === undefined) return;
  throw usageError(
    'compose_project_taken',
    `the compose project ${project.name} is that of ${others[0]}`,
    `set another COMPOSE_PROJECT_NAME in ${envFile}`,
  );
}

function describe(name: string, container: Container | undefined, assets: string): ServiceStatus {
  const tag = /:(\d[\w.]*|v\d[\w.]*)$/.exec(container?.image ?? '')?.[1];
  return {
    name,
    state: container === undefined ? 'stopped' : stateOf(container),
    pid: null,
    endpoint: container?.endpoint ?? null,
    version: name.startsWith('airflow-') ? airflowVersion(assets) : (tag?.replace(/^v/, '') ?? null),
  };
}
