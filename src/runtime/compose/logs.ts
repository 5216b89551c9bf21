import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { LogLine, Logs } from '../logs.ts';
import type { ComposeProject } from './project.ts';

/** `service-1  | text` of `docker compose logs`; null for what compose says itself. */
export function parseLogLine(line: string): LogLine | null {
  const match = /^(\S+?)(?:-\d+)?\s+\| ?(.*)$/.exec(line);
  return match === null ? null : { service: match[1] ?? '', line: match[2] ?? '' };
}

const logArguments = (services: readonly string[], ...more: string[]): string[] => [
  'logs',
  '--no-color',
  ...more,
  ...services,
];

/** The last line of each service that has one. */
export async function lastLines(
  project: ComposeProject,
  services: readonly string[],
): Promise<Map<string, string>> {
  if (services.length === 0) return new Map();
  const { output } = await project.run(logArguments(services, '--tail', '1'));
  const lines = output.split('\n').flatMap((line) => parseLogLine(line) ?? []);
  return new Map(lines.map(({ service, line }) => [service, line]));
}

/** The end of one service's log. */
export async function logTail(project: ComposeProject, service: string, count: number): Promise<string[]> {
  const { output } = await project.run(logArguments([service], '--tail', String(count)));
  return output.split('\n').flatMap((line) => parseLogLine(line)?.line ?? []);
}

/** What the containers of `services` wrote; none means all. */
export function composeLogs(project: ComposeProject, services: readonly string[]): Logs {
  return {
    async read(count) {
      const { output } = await project.run(logArguments(services, '--tail', String(count)));
      return output.split('\n').flatMap((line) => parseLogLine(line) ?? []);
    },
    async follow(signal, onLine) {
      const args = project.arguments(logArguments(services, '--follow', '--tail', '0'));
      const child = spawn('docker', args, {
        stdio: ['ignore', 'pipe', 'ignore'],
        cwd: project.folder,
        env: { ...process.env, ...project.env },
      });
      signal.addEventListener('abort', () => child.kill(), { once: true });
      createInterface({ input: child.stdout }).on('line', (text) => {
        const line = parseLogLine(text);
        if (line !== null) onLine(line);
      });
      await new Promise<void>((resolve, reject) => {
        child.once('close', () => resolve());
        child.once('error', reject);
      });
    },
  };
}
