import type { Register } from '../cli/command.ts';
import { plainTable } from '../reports/plain-table.ts';
import type { ServiceStatus } from '../runtime/service.ts';

export const registerStatus: Register = (program, run) => {
  program
    .command('status')
    .description('state, process and address of each service')
    .option('--exit-code', 'exit 3 unless every service that was started is healthy')
    .action(
      run(async (context, options: { exitCode?: boolean }) => {
        const { openRuntime } = await import('../runtime/open.ts');
        const { streamServiceStatus } = await import('../stream/service.ts');
        const { progress, signal } = context;
        const [config, project] = [await context.config(), await context.project()];
        const runtime = await openRuntime({ config, project, progress, signal });
        // In containers the stream is one of the services.
        const own = runtime.name === 'compose' ? [] : streamServiceStatus(project.home);
        const services = [...(await runtime.status()), ...own];
        // One that nobody started is left out on purpose: up takes names.
        const wanted = services.filter(({ state }) => state !== 'stopped');
        const healthy = wanted.length > 0 && wanted.every(({ state }) => state === 'healthy');
        return {
          data: { runtime: runtime.name, services },
          text: () => servicesTable(runtime.name, services),
          exitCode: options.exitCode && !healthy ? 3 : 0,
        };
      }),
    );
};

export function servicesTable(runtime: string, services: readonly ServiceStatus[]): string {
  const rows = services.map((s) => [
    s.name,
    s.state,
    s.endpoint ?? '-',
    s.pid === null ? '-' : String(s.pid),
    s.version ?? '-',
  ]);
  const head = ['service', 'state', 'endpoint', 'pid', 'version'];
  return [`runtime ${runtime}`, ...plainTable(head, rows)].join('\n');
}
