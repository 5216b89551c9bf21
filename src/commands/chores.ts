import type { Register } from '../cli/command.ts';

const up: Register = (program, run) => {
  program
    .command('up')
    .description('of postgres: roles, database and migrations; of kafka: the topic')
    .argument('<service>')
    .action(
      run(async (context, service: string) => {
        const { bringUp } = await import('../runtime/stack.ts');
        const { progress, signal } = context;
        const [config, project] = [await context.config(), await context.project()];
        const { migrations, topics } = await bringUp({ config, project, progress, signal }, [service]);
        const made = [...migrations, ...topics].join(', ');
        return { data: { migrations, topics }, text: () => (made ? `made ${made}` : 'all is there already') };
      }),
    );
};

const seed: Register = (program, run) => {
  program
    .command('seed')
    .description('Olist where OLIST_PATH names it, else a synthetic shop; nothing where one is there')
    .action(
      run(async (context) => {
        const { readBooks, seedFirstShop } = await import('../demo/first-shop.ts');
        const { progress, signal } = context;
        const config = await context.config();
        const { dataset } = await readBooks(config.postgres.owner);
        if (dataset !== null)
          return { data: { dataset }, text: () => `the ${dataset} shop is there already` };
        const seeded = await seedFirstShop({ config, progress, signal });
        return { data: seeded, text: () => `${seeded.rows.orders} order lines of ${seeded.dataset}` };
      }),
    );
};

const airflow: Register = (program, run) => {
  program
    .command('airflow')
    .description('settings, database and tables of Airflow')
    .requiredOption('--base-url <url>', 'as a browser comes to its pages')
    .action(
      run(async (context, { baseUrl }: { baseUrl: string }) => {
        const { prepareAirflow } = await import('../container/airflow.ts');
        const { progress, signal } = context;
        const [config, project] = [await context.config(), await context.project()];
        const version = await prepareAirflow({ config, project, baseUrl, progress, signal });
        return { data: { version }, text: () => `Airflow ${version} can start` };
      }),
    );
};

const firstRun: Register = (program, run) => {
  program
    .command('first-run')
    .description('a run of shop_full_etl; nothing where curated days are there')
    .action(
      run(async (context) => {
        const { firstRun: curate } = await import('../container/first-run.ts');
        const { progress, signal } = context;
        const done = await curate({ config: await context.config(), progress, signal });
        const said =
          done === null ? 'curated days are there already' : `${done.run.run_id} is ${done.run.state}`;
        return { data: { run: done?.run ?? null }, text: () => said };
      }),
    );
};

export const chores: readonly Register[] = [up, seed, airflow, firstRun];
