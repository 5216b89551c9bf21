import { afterAll, beforeAll, expect, it } from 'vitest';
import { withClient } from '../../../src/postgres/connection.ts';
import { Sandbox } from '../../support/cli.ts';
import { databaseEnv } from '../../support/database-env.ts';
import { type TestDatabase, testDatabase } from '../../support/postgres.ts';

const sandbox = new Sandbox();
let db: TestDatabase;
let env: Record<string, string>;
beforeAll(async () => {
  db = await testDatabase();
  env = databaseEnv(db);
  await sandbox.run(['init']);
});
afterAll(async () => {
  await sandbox.remove();
  await db.drop();
});
const migrate = (line: string) => sandbox.run(['migrate', ...line.split(' ')], env);
const change = (sql: string): Promise<unknown> => withClient(db.owner, (client) => client.query(sql));

it('up and down --dry-run say what they would do', async () => {
  expect(await migrate('up --dry-run')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^the database is at \d{4}; nothing to do\n$/),
  });
  const { code, stdout } = await migrate('down --to 7 --dry-run');
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^would undo \d{4} \w+ \(\d+ statements? in a transaction\)\n[\s\S]*would undo 0008 stream_ledger[^\n]*\nthe database would be at 0007; nothing was changed\n$/,
  );
  expect(await migrate('down --dry-run --steps 1 --to 7')).toMatchObject({ code: 2 });
});

it('verify tells drift line by line, and exits 3', async () => {
  expect(await migrate('verify')).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^no drift: \d+ objects are as the migrations up to \d{4} make them\n$/),
  });
  await change('create index orders_x on shop.orders (status); alter table ops.seeds drop column seconds');
  const { code, stdout, stderr } = await migrate('verify');
  expect(code).toBe(3);
  expect(stdout).toMatch(
    /^missing in the database: column ops\.seeds\.seconds\nonly in the database: index shop\.orders_x\n2 differences from what the migrations up to \d{4} make\n$/,
  );
  for (const secret of [db.owner.password, db.superuser.password])
    expect(stdout + stderr).not.toContain(secret);
});

it('repair lists with remedies and exits 3, until told what to do', async () => {
  expect(await migrate('repair')).toMatchObject({ code: 0, stdout: 'nothing is in the way of migrations\n' });
  await change("update shop_pipe_migrations set checksum = repeat('0', 64) where version in (2, 3)");
  const listed = await migrate('repair');
  expect(listed.code).toBe(3);
  expect(listed.stdout).toContain('\n  try: shop-pipe migrate repair --accept-checksum 0002');
  expect((await migrate('up')).code).toBe(1);
  expect(await migrate('repair --accept-checksum 2 0003')).toMatchObject({
    code: 0,
    stdout:
      '0002 shop_tables: accepted as it is now\n0003 business_days: accepted as it is now\nnothing is in the way of migrations\n',
  });
  expect((await migrate('up')).code).toBe(0);
  expect(await migrate('repair --mark-applied 9999')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('there is no migration 9999'),
  });
});
