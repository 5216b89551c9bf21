import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { type Call, contract } from '../../src/cli/documents/contract.ts';
import { withClient } from '../../src/postgres/connection.ts';
import { InstalledCopy } from '../cli/installed-copy.ts';
import { leafCommands } from '../cli/leaf-commands.ts';
import { type Files, filesOf, goodRecords, scratch } from '../olist/small-olist.ts';
import { type Finished, Sandbox } from '../support/cli.ts';
import { sandboxTarget } from '../support/sandbox-target.ts';

/** Calls that were held against the contract, to see in the end that no command was forgotten. */
const tried = { done: new Set<string>(), failed: new Set<string>() };

/** The one document of a call: stdout holds nothing else, stderr no JSON, and it is what the contract says. */
function documentOf<C extends Call>(
  call: C,
  { code, stdout, stderr }: Finished,
): z.output<(typeof contract)[C]> {
  expect(stdout, `${call} (exit ${code}): ${stderr}`).toMatch(/^[^\n]+\n$/);
  for (const line of stderr.split('\n')) expect(line).not.toMatch(/^\s*[{[]/);
  const document: unknown = JSON.parse(stdout);
  const schema: z.ZodType = contract[call];
  const parsed = schema.safeParse(document);
  expect(parsed.success ? [] : parsed.error.issues, stdout).toEqual([]);
  return document as z.output<(typeof contract)[C]>;
}

describe('--json', () => {
  const sandbox = new Sandbox();
  const words = (line: string): string[] => line.split(' ');

  async function done<C extends Exclude<Call, 'error'>>(
    call: C,
    line: string,
    exitCode = 0,
  ): Promise<z.output<(typeof contract)[C]>> {
    const finished = await sandbox.run([...words(line), '--json']);
    expect(finished.code, `${line}: ${finished.stdout}${finished.stderr}`).toBe(exitCode);
    tried.done.add(call);
    return documentOf(call, finished);
  }

  async function fails(line: string, exitCode: number, code: string): Promise<void> {
    const finished = await sandbox.run([...words(line), '--json']);
    const { error } = documentOf('error', finished);
    expect([finished.code, error.code], `${line}: ${error.message}`).toEqual([exitCode, code]);
    const named = leafCommands().filter(({ path }) => ` ${line} `.includes(` ${path} `));
    // `migrate up` has `up` in it.
    const [command] = named.toSorted((a, b) => b.path.length - a.path.length);
    if (command !== undefined) tried.failed.add(command.path);
  }

  afterAll(() => sandbox.remove());

  describe('before there is anything', () => {
    it.each(['status', 'logs', 'verify', 'migrate up', 'migrate status'])(
      '%s says that there is no .env',
      async (line) => {
        await fails(line, 1, 'not_initialised');
      },
    );

    it.each(['up', 'demo'])('%s with a runtime that is not there', async (line) => {
      await fails(`--runtime compose ${line}`, 2, 'no_compose');
    });

    it('doctor exits 0 or 3 with the same document', async () => {
      const { code, data } = await sandbox.json<{ ok: boolean }>(['doctor']);
      expect(code).toBe(data.ok ? 0 : 3);
    });

    it('no command, and none of a group', async () => {
      await fails('--home x', 2, 'no_command');
      await fails('seed', 2, 'no_command');
      const text = await sandbox.run([]);
      expect(text).toMatchObject({ code: 2, stdout: '' });
      expect(text.stderr).toContain('Usage: shop-pipe');
      expect((await sandbox.run(['etl'])).stderr).toContain('Usage: shop-pipe etl');
    });

    it('init writes .env, once', async () => {
      writeFileSync(join(sandbox.folder, 'file'), '');
      await fails('init --env-file file/.env', 1, 'not_a_folder');
      // `up` above was the first to need one.
      await sandbox.run(['init']);
      expect(await done('init', 'init')).toMatchObject({ created: false, added: [] });
      const other = await done('init', 'init --env-file other.env');
      expect(other.created).toBe(true);
      for (const name of other.added.filter((key) => key.endsWith('PASSWORD')))
        expect(sandbox.file('other.env')).toMatch(new RegExp(`^${name}=\\S{20,}$`, 'm'));
    });
  });

  describe('with the stack down', () => {
    it('status tells, and --exit-code makes it a finding', async () => {
      expect((await done('status', 'status')).services).toMatchObject([
        { name: 'postgres', state: 'stopped', pid: null },
        { name: 'kafka', state: 'stopped', pid: null },
      ]);
      await done('status', 'status --exit-code', 3);
      expect(await done('down', 'down')).toMatchObject({ stopped: [], purged: false });
      expect(await done('logs', 'logs')).toEqual([]);
    });

    it.each([
      'migrate up',
      'migrate down',
      'migrate status',
      'seed synthetic --orders 10',
      'report daily-revenue',
      'verify',
    ])('%s says that Postgres is not reached', async (line) => {
      await fails(line, 1, 'postgres_unreachable');
    });

    it.each(['topic status', 'produce --rate 10'])('%s says that Kafka is not reached', async (line) => {
      await fails(line, 1, 'kafka_unreachable');
    });

    it.each([
      ['doctor now', 'excess_arguments'],
      ['init now', 'excess_arguments'],
      ['up kafkaesque', 'unknown_service'],
      ['down --frobnicate', 'unknown_option'],
      ['status --runtime podman', 'invalid_argument'],
      ['logs kafkaesque', 'unknown_service'],
      ['logs -n many', 'bad_number'],
      ['migrate up --lock-wait soon', 'bad_number'],
      ['migrate down --steps 0', 'bad_number'],
      ['migrate new 9lives', 'bad_migration_name'],
      ['seed olist', 'no_path'],
      ['seed synthetic --orders 0', 'bad_number'],
      ['produce --rate 0', 'bad_number'],
      ['etl run --date 2018-02-30', 'bad_date'],
      ['report daily-revenues', 'question_unknown'],
      ['report daily-revenue --from tomorrow', 'report_parameter_invalid'],
    ])('%s is wrong usage', async (line, code) => {
      await fails(line, 2, code);
    });

    it('doctor finds that .env can be read by others', async () => {
      chmodSync(join(sandbox.folder, '.env'), 0o644);
      expect((await done('doctor', 'doctor', 3)).ok).toBe(false);
      chmodSync(join(sandbox.folder, '.env'), 0o600);
    });
  });

  describe('with the stack up', () => {
    const folders = scratch();
    const olist = async (files: Files): Promise<string> => (await folders).folder(files);

    beforeAll(async () => {
      expect(await done('up', 'up')).toMatchObject({
        started: ['postgres', 'kafka'],
        topics: ['shop.orders'],
      });
    });
    afterAll(async () => (await folders).remove());

    it('up, status and logs', async () => {
      expect(await done('up', 'up')).toMatchObject({ started: [], migrations: [], topics: [] });
      expect((await done('status', 'status --exit-code')).services[0]?.state).toBe('healthy');
      expect(await done('logs', 'logs postgres -n 1')).toHaveLength(1);
      expect(await done('logs', 'logs kafka -n 1')).toMatchObject([{ service: 'kafka' }]);
    });

    it('topic status', async () => {
      const { partitions, ...topic } = await done('topic status', 'topic status');
      expect(topic).toMatchObject({ topic: 'shop.orders', messages: 0, retention_ms: 168 * 3_600_000 });
      expect(partitions).toHaveLength(4);
      await fails('topic status --topic nowhere', 1, 'topic_unknown');
    });

    it('migrate down, status, up', async () => {
      const { reverted } = await done('migrate down', 'migrate down');
      expect((await done('migrate status', 'migrate status --exit-code', 3)).up_to_date).toBe(false);
      const { applied, current } = await done('migrate up', 'migrate up');
      expect(applied.map(({ version }) => version)).toEqual(reverted.map(({ version }) => version));
      expect(await done('migrate status', 'migrate status --exit-code')).toMatchObject({
        current,
        up_to_date: true,
      });
      expect((await done('migrate up', 'migrate')).applied).toEqual([]);
      await fails('migrate up --to 9999', 2, 'unknown_version');
    });

    it('migrate new', async () => {
      // It writes into the package's own sql/migrations: not into the clone's, where every other test looks.
      const copy = new InstalledCopy();
      try {
        const made = documentOf('migrate new', copy.run(['migrate', 'new', 'order notes', '--json']));
        tried.done.add('migrate new');
        expect(made.file).toMatch(/\/sql\/migrations\/\d{4}_order_notes\.sql$/);
        expect(made.file.startsWith(copy.folder) && existsSync(made.file)).toBe(true);
      } finally {
        copy.remove();
      }
    });

    it('seed olist counts what it refuses', async () => {
      const orders = goodRecords['olist_orders_dataset.csv'];
      const path = await olist(filesOf({ 'olist_orders_dataset.csv': [...orders, orders[0] ?? ''] }));
      expect(await done('seed olist', `seed olist --path ${path}`)).toMatchObject({
        changed: true,
        rows: { customers: 2, products: 3, orders: 3 },
        rejected: { duplicate: 1 },
      });
      const empty = await olist(new Map());
      await fails(`seed olist --path ${empty}`, 1, 'olist_files_missing');
      await fails('seed synthetic --orders 500 --days 10', 1, 'other_data_seeded');
    });

    it('seed synthetic', async () => {
      const line = 'seed synthetic --orders 500 --days 10';
      expect((await done('seed synthetic', `${line} --replace`)).changed).toBe(true);
      expect((await done('seed synthetic', line)).changed).toBe(false);
    });

    it('produce', async () => {
      await fails('produce --rate 10 --topic nowhere', 1, 'topic_missing');
      const summary = await done('produce', 'produce --rate 2000 --count 400 --dirty 0.1 --seed 7');
      expect(summary).toMatchObject({ topic: 'shop.orders', sent: 400, acked: 400, failed: 0, seed: 7 });
      const { messages } = await done('topic status', 'topic status');
      expect(messages).toBe(400);
    });

    it('report and verify with nothing curated yet', async () => {
      const { rows, window } = await done('report <question>', 'report daily-revenue');
      expect([rows, window]).toEqual([[], undefined]);
      const found = await done('verify', 'verify');
      expect([found.curated_days, found.uncurated_days]).toEqual([0, 10]);
    });

    it('etl run', async () => {
      const { days, rows, seconds } = await done('etl run', 'etl run --full');
      expect([days.length, days.length - rows.daily_sales]).toEqual([10, 0]);
      expect(seconds.total).toBeGreaterThan(seconds.job);
    });

    it('report, its catalogue and verify with figures', async () => {
      const { questions } = await done('report', 'report');
      for (const { name } of questions)
        expect((await done('report <question>', `report ${name}`)).rows.length, name).toBeGreaterThan(0);
      expect((await done('verify', 'verify --strict')).ok).toBe(true);
    });

    it('verify exits 3 with its document when something differs', async () => {
      await withClient(sandboxTarget(sandbox), async (client) => {
        await client.query('update curated.daily_sales set revenue = revenue + 1');
      });
      const { ok, checks } = await done('verify', 'verify', 3);
      expect([ok, checks.filter((check) => !check.ok).map(({ name }) => name)]).toEqual([
        false,
        ['daily_sales'],
      ]);
    });

    it('logs --follow prints one document per line, until SIGTERM', async () => {
      const { child, finished } = sandbox.spawn(['logs', 'postgres', '-n', '3', '--follow', '--json']);
      let seen = '';
      child.stdout?.on('data', (text: string) => (seen += text));
      await expect.poll(() => seen.split('\n').length, { timeout: 20_000 }).toBeGreaterThan(3);
      child.kill('SIGTERM');
      const { code, stdout } = await finished;
      expect(code).toBe(0);
      const lines = stdout.trimEnd().split('\n');
      for (const line of lines)
        expect(contract['logs --follow'].safeParse(JSON.parse(line)).success).toBe(true);
      tried.done.add('logs --follow');
    });

    it('down', async () => {
      expect(await done('down', 'down --purge')).toMatchObject({
        stopped: expect.toSatisfy((names: string[]) => names.toSorted().join() === 'kafka,postgres'),
        purged: true,
      });
    });
  });

  it('was tried with every command, for success and for failure', () => {
    // The whole story takes long, and `.ci/run` runs it twice; its parts are covered above.
    const calls = Object.keys(contract).filter((call) => call !== 'error' && call !== 'demo');
    expect([...tried.done].sort()).toEqual(calls.sort());
    const commands = leafCommands().map(({ path }) => path);
    expect([...tried.failed].sort()).toEqual(commands.sort());
  });
});
