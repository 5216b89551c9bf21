import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Config, configFrom } from '../../../src/config/config.ts';
import type { Environment } from '../../../src/config/schema.ts';
import { withClient } from '../../../src/postgres/connection.ts';
import { silent } from '../../../src/progress.ts';
import { findPostgres, runnableBinaries } from '../../../src/runtime/native/postgres/binaries.ts';
import { openFolder, purgeFolder } from '../../../src/runtime/native/postgres/folder.ts';
import { postgresService } from '../../../src/runtime/native/postgres/service.ts';
import {
  commandAs,
  type Machine,
  type RunAs,
  thisMachine,
  unprivileged,
} from '../../../src/runtime/native/postgres/unprivileged.ts';
import { Supervisor } from '../../../src/runtime/native/supervisor.ts';
import { testPort } from '../../support/port.ts';

const modulesOf = resolve(import.meta.dirname, '../../../package.json');
/** This machine, but without the named tool: no `unshare` is a container that has no user namespaces. */
const without = (...tools: string[]): Machine => ({
  ...thisMachine,
  works: (command) => !tools.includes(command.file) && thisMachine.works(command),
});
const noNamespaces = without('unshare');

/** null where both modes can be tried. */
function whyNot(): string | null {
  if (!thisMachine.isRoot) return 'this process is not root';
  for (const machine of [without('setpriv'), noNamespaces]) {
    try {
      unprivileged(machine);
    } catch (error) {
      return (error as Error).message;
    }
  }
  return null;
}
const cannot = whyNot();

let scratch: string;
let place: string;
let home: string;
let config: Config;
let supervisor: Supervisor;

/** `below`: mode of the folder that the home is in. */
async function makeHome(below: number): Promise<void> {
  scratch = mkdtempSync(join(tmpdir(), 'shop-pipe-root-'));
  chmodSync(scratch, 0o755);
  place = join(scratch, 'place');
  mkdirSync(join(scratch, 'owner'));
  chmodSync(join(scratch, 'owner'), below);
  home = join(scratch, 'owner', '.shop-pipe');
  mkdirSync(home, { mode: 0o700 });
  const port = await testPort(15_000);
  config = configFrom({
    POSTGRES_HOST: '127.0.0.1',
    POSTGRES_PORT: port,
    POSTGRES_DB: 'postgres',
    POSTGRES_SUPERUSER_PASSWORD: "se'cret-1",
  } as Environment);
  supervisor = new Supervisor(home, silent, new AbortController().signal);
}

const service = (machine: Machine) => postgresService(config, home, modulesOf, { machine, place });

async function ask(sql: string): Promise<unknown> {
  return withClient(config.postgres.superuser, async (client) => {
    const { rows } = await client.query({ text: sql, rowMode: 'array' });
    return (rows[0] as unknown[] | undefined)?.[0];
  });
}

/** Owners of every process that works in the data folder, e.g. [101]. */
function owners(data: string): number[] {
  const uids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return statSync(`/proc/${name}/cwd`).ino === statSync(data).ino;
      } catch {
        return false;
      }
    })
    .flatMap((name) => {
      try {
        return [Number(/^Uid:\s+\d+\s+(\d+)/m.exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1])];
      } catch {
        return []; // A backend that ended between the two looks.
      }
    });
  return [...new Set(uids)];
}

const account = (): { uid: number; gid: number } => {
  const runAs = unprivileged(noNamespaces);
  if (runAs.mode === 'as_is') throw new Error('not root');
  return runAs.account;
};

afterEach(async () => {
  if (scratch === undefined) return;
  await supervisor.stop('postgres');
  rmSync(scratch, { recursive: true, force: true });
});

describe('what a root account runs postgres as', () => {
  const passwd = ['root:x:0:0::/root:/bin/sh', 'nobody:x:65534:65534::/:/bin/false'];
  const machine = (lines: string[], works: Machine['works'], isRoot = true): Machine => ({
    isRoot,
    passwd: () => lines.join('\n'),
    works,
  });

  it('is a namespace, else another account, else an error', () => {
    const nobody = { name: 'nobody', uid: 65534, gid: 65534 };
    expect(unprivileged(machine(passwd, () => true, false))).toEqual({ mode: 'as_is' });
    expect(unprivileged(machine(passwd, () => true))).toEqual({ mode: 'namespace', account: nobody });
    const noUnshare = machine(passwd, ({ file }) => file !== 'unshare');
    expect(unprivileged(noUnshare)).toEqual({ mode: 'account', account: nobody });
    const withPostgres = machine([...passwd, 'postgres:x:70:71::/:/bin/sh'], () => true);
    expect(unprivileged(withPostgres)).toMatchObject({ account: { name: 'postgres', uid: 70, gid: 71 } });
    const refused = expect.objectContaining({ code: 'root_refused', kind: 'environment' });
    expect(() => unprivileged(machine(passwd, () => false))).toThrow(refused);
    // An account postgres that is root itself is none.
    const onlyRoot = machine(['postgres:x:0:0::/root:/bin/sh'], () => true);
    expect(() => unprivileged(onlyRoot)).toThrow(refused);
  });
});

interface Case {
  how: 'in a namespace' | 'as another account';
  where: string;
  /** Mode and owner of the folder that the home is in. */
  below: number;
  ownedByAccount?: boolean;
  /** Whether its data must be outside of the home. */
  linked: boolean;
}

const cases: Case[] = [
  { how: 'in a namespace', where: 'that all can reach', below: 0o755, linked: false },
  { how: 'in a namespace', where: 'below a 0700 folder of root', below: 0o700, linked: false },
  // `sudo npm start` in a user's clone: a namespace's root may not enter what only another account may.
  {
    how: 'in a namespace',
    where: 'below a 0700 folder of a user',
    below: 0o700,
    ownedByAccount: true,
    linked: true,
  },
  { how: 'as another account', where: 'that all can reach', below: 0o755, linked: false },
  { how: 'as another account', where: 'below a 0700 folder of root', below: 0o700, linked: true },
];

describe('postgres of root', () => {
  it.for(cases)(
    '$how, with a home $where: starts, keeps its data and leaves nothing',
    { timeout: 90_000 },
    async (made, ctx) => {
      if (cannot !== null) return ctx.skip(cannot);
      await makeHome(made.below);
      if (made.ownedByAccount) chownSync(join(home, '..'), account().uid, account().gid);
      const machine = made.how === 'in a namespace' ? thisMachine : noNamespaces;
      const uid = made.how === 'in a namespace' ? 0 : account().uid;
      await supervisor.start(service(machine));
      const folder = realpathSync(join(home, 'postgres'));
      expect(lstatSync(join(home, 'postgres')).isSymbolicLink()).toBe(made.linked);
      expect(owners(join(folder, 'data'))).toEqual([uid]);
      expectClosed(folder, uid);
      await ask('create table kept as select 42 as n');

      expect(await supervisor.stop('postgres')).toBe(true);
      expect(owners(join(folder, 'data'))).toEqual([]);
      await supervisor.start(service(machine));
      expect(await ask('select n from kept')).toBe(42);
      expect(realpathSync(join(home, 'postgres'))).toBe(folder);

      await supervisor.stop('postgres');
      purgeFolder(home, place);
      expect(readdirSync(home).sort()).toEqual(['logs', 'run']);
      expect(existsSync(place)).toBe(false);
    },
  );
});

describe('data of one mode', () => {
  beforeEach(() => makeHome(0o755));

  it('go on in the other, both ways', async (ctx) => {
    if (cannot !== null) return ctx.skip(cannot);
    for (const machine of [thisMachine, noNamespaces, thisMachine]) {
      await supervisor.start(service(machine));
      await ask('create table if not exists visits (n integer)');
      await ask('insert into visits values (1)');
      await supervisor.stop('postgres');
    }
    await supervisor.start(service(noNamespaces));
    expect(Number(await ask('select count(*) from visits'))).toBe(3);
    expect(owners(join(home, 'postgres', 'data'))).toEqual([account().uid]);
  }, 90_000);

  it('that the other cannot reach are left alone, and the error says so', (ctx) => {
    if (cannot !== null) return ctx.skip(cannot);
    openFolder(home, unprivileged(thisMachine), thisMachine, place);
    writeFileSync(join(home, 'postgres', 'precious'), '');
    chmodSync(join(home, '..'), 0o700);
    expect(() => openFolder(home, unprivileged(noNamespaces), noNamespaces, place)).toThrow(
      expect.objectContaining({ code: 'data_unreachable' }),
    );
    expect(readdirSync(join(home, 'postgres'))).toEqual(['precious']);
    expect(existsSync(place)).toBe(false);
  });
});

describe('the place for unreachable homes', () => {
  beforeEach(() => makeHome(0o700));
  const open = (): string => openFolder(home, unprivileged(noNamespaces), noNamespaces, place);
  const unsafe = expect.objectContaining({ code: 'unsafe_folder' });

  it('is refused when it is a link, another account’s or writable for others', (ctx) => {
    if (cannot !== null) return ctx.skip(cannot);
    mkdirSync(join(scratch, 'elsewhere'));
    symlinkSync(join(scratch, 'elsewhere'), place);
    expect(open).toThrow(unsafe);
    rmSync(place);
    mkdirSync(place);
    chownSync(place, account().uid, 0);
    expect(open).toThrow(unsafe);
    chownSync(place, 0, 0);
    chmodSync(place, 0o777);
    expect(open).toThrow(unsafe);
    expect(readdirSync(place)).toEqual([]);
    expect(existsSync(join(home, 'postgres'))).toBe(false);
  });

  it('keeps the folders of other homes at a purge, and a home made anew gets a new one', (ctx) => {
    if (cannot !== null) return ctx.skip(cannot);
    const first = open();
    rmSync(join(home, 'postgres'));
    const second = open();
    expect(second).not.toBe(first);
    purgeFolder(home, place);
    expect(readdirSync(place).map((name) => join(place, name))).toEqual([first]);
  });
});

describe('binaries that the account cannot reach', () => {
  beforeEach(() => makeHome(0o755));

  it('are copied once, with modes that let it run them', (ctx) => {
    if (cannot !== null) return ctx.skip(cannot);
    const runAs: RunAs = unprivileged(noNamespaces);
    const folder = openFolder(home, runAs, noNamespaces, place);
    const installed = findPostgres(modulesOf);
    // The installed ones as if node_modules were closed.
    const closed: Machine = {
      ...noNamespaces,
      works: (command) => !command.args.includes(installed.postgres) && noNamespaces.works(command),
    };
    mkdirSync(join(folder, 'server-0.1'));
    const copy = runnableBinaries(installed, folder, runAs, closed);
    expect(copy.postgres.startsWith(folder)).toBe(true);
    expect(copy.version).toBe(installed.version);
    expect(readdirSync(folder)).toEqual([`server-${installed.packageVersion}`]);
    expect(statSync(copy.postgres).uid).toBe(0);
    expect(thisMachine.works(commandAs(runAs, { file: copy.initdb, args: ['--version'] }))).toBe(true);
    const made = statSync(copy.folder).ino;
    runnableBinaries(installed, folder, runAs, closed);
    expect(statSync(copy.folder).ino).toBe(made);
    expect(() => runnableBinaries(installed, folder, runAs, { ...closed, works: () => false })).toThrow(
      expect.objectContaining({ code: 'root_refused' }),
    );
  });
});

/** No other account can read anything of it, and nothing lies where the server's account could replace it. */
function expectClosed(folder: string, uid: number): void {
  const modeOf = (path: string): number => statSync(path).mode & 0o777;
  expect([statSync(folder).uid, modeOf(folder) & 0o007]).toEqual([0, 0]);
  expect([statSync(join(folder, 'data')).uid, modeOf(join(folder, 'data'))]).toEqual([uid, 0o700]);
  for (const name of ['postgresql.conf', 'pg_hba.conf'])
    expect([statSync(join(folder, name)).uid, modeOf(join(folder, name))]).toEqual([uid, 0o600]);
  expect(readdirSync(folder).sort()).toEqual(['data', 'pg_hba.conf', 'postgresql.conf']);
}
