import { mkdtempSync, readFileSync, rmdirSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';
import { normaliseError } from '../../src/cli/normalise-error.ts';
import { createProgram } from '../../src/cli/program.ts';
import { dataError, environmentError, interruptedError, usageError } from '../../src/errors.ts';

/** The real thing that `work` throws. */
async function thrownBy(work: () => unknown): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describe('our own errors', () => {
  it.each([
    usageError('bad_date', 'no day', 'write one'),
    environmentError('no_jdk', 'no JDK'),
    dataError('bad_csv', 'no CSV'),
    interruptedError('half way'),
  ])('$kind stays as it is', (error) => {
    expect(normaliseError(error, false)).toBe(error);
  });

  it('what fails because it was interrupted is told as an interruption', () => {
    const lost = environmentError('postgres_unreachable', 'the connection is gone');
    expect(normaliseError(lost, true)).toMatchObject({ kind: 'interrupted', code: 'interrupted' });
    expect(normaliseError(new Error('socket hang up'), true).kind).toBe('interrupted');
  });

  it('an interruption that says what it left, and wrong usage, are kept', () => {
    const told = interruptedError('etl was stopped; nothing of it was published');
    expect(normaliseError(told, true)).toBe(told);
    const usage = usageError('bad_date', 'no day');
    expect(normaliseError(usage, true)).toBe(usage);
  });
});

describe('errors of the system', () => {
  const missing = join(tmpdir(), 'shop-pipe-there-is-no-such-file');

  it('a missing file is named', async () => {
    expect(normaliseError(await thrownBy(() => readFileSync(missing)), false)).toMatchObject({
      kind: 'environment',
      code: 'not_found',
      message: `no such file or folder: ${missing}`,
      cause: { code: 'ENOENT' },
    });
  });

  it('a file where a folder should be is named', async () => {
    const below = join(import.meta.filename, 'below');
    expect(normaliseError(await thrownBy(() => readFileSync(below)), false)).toMatchObject({
      code: 'not_a_folder',
      message: `not a folder: ${below}`,
    });
  });

  it('a taken address is named', async () => {
    const listen = (port: number): Promise<Server> =>
      new Promise((resolve, reject) => {
        const server = createServer().once('error', reject);
        server.listen(port, '127.0.0.1', () => resolve(server));
      });
    const first = await listen(0);
    const { port } = first.address() as { port: number };
    try {
      expect(normaliseError(await thrownBy(() => listen(port)), false)).toMatchObject({
        code: 'port_taken',
        message: expect.stringContaining('127.0.0.1'),
        suggestion: 'shop-pipe status',
      });
    } finally {
      first.close();
    }
  });

  it('any other one is told once, in one line', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'shop-pipe-'));
    const error = normaliseError(await thrownBy(() => readFileSync(folder)), false);
    rmdirSync(folder);
    expect(error).toMatchObject({ kind: 'environment', code: 'system' });
    expect(error.message).toMatch(/^EISDIR: illegal operation on a directory/);
    expect(error.message.match(/EISDIR/g)).toHaveLength(1);
  });

  it.each([
    ['ENOSPC', 'disk_full'],
    ['EACCES', 'permission_denied'],
    ['EPERM', 'permission_denied'],
    ['EROFS', 'read_only'],
  ])('%s is %s', (code, ours) => {
    const error = Object.assign(new Error(`${code}: no`), { code, syscall: 'write', path: '/data/x' });
    expect(normaliseError(error, false)).toMatchObject({
      kind: 'environment',
      code: ours,
      message: expect.stringContaining('/data/x'),
    });
  });
});

describe('an answer of Postgres that no domain has explained', () => {
  it.each([
    ['42501', 'not_permitted', 'POSTGRES_USER'],
    ['25006', 'postgres_read_only', 'default_transaction_read_only'],
    ['42P01', 'not_migrated', 'shop-pipe migrate up'],
    ['53100', 'postgres_out_of_space', 'free some space'],
    ['57P01', 'postgres_connection_lost', 'shop-pipe status'],
  ])('%s is %s', (state, code, suggestion) => {
    const answer = { code: state, severity: 'ERROR', detail: 'Key (email)=(a@b) is there.' };
    const error = normaliseError(Object.assign(new Error('no\nline two'), answer), false);
    expect(error).toMatchObject({
      kind: 'environment',
      code,
      message: 'postgres refused: no',
      suggestion: expect.stringContaining(suggestion),
    });
  });

  it('is a bug where it is our statement that is wrong', () => {
    const answer = Object.assign(new Error('syntax error'), { code: '42601', severity: 'ERROR' });
    expect(normaliseError(answer, false)).toMatchObject({ kind: 'bug', code: 'bug' });
  });
});

describe('errors of commander', () => {
  const parse = (line: string): Promise<unknown> =>
    thrownBy(() => createProgram(() => async () => undefined).parseAsync(line.split(' '), { from: 'user' }));

  it.each([
    ['frobnicate', 'unknown_command', "unknown command 'frobnicate'"],
    ['reprot', 'unknown_command', "unknown command 'reprot' (Did you mean report?)"],
    ['up --frobnicate', 'unknown_option', "unknown option '--frobnicate'"],
    ['migrate new', 'missing_argument', "missing required argument 'name'"],
    ['seed olist --path', 'option_missing_argument', "option '--path <path>' argument missing"],
    ['report x --format pie', 'invalid_argument', 'Allowed choices are chart, table, csv'],
    ['verify a b', 'excess_arguments', 'too many arguments'],
  ])('%s: %s', async (line, code, message) => {
    const thrown = await parse(line);
    expect(thrown).toBeInstanceOf(CommanderError);
    const error = normaliseError(thrown, false);
    expect(error).toMatchObject({ kind: 'usage', code, suggestion: 'shop-pipe --help' });
    expect(error.message).toContain(message);
    expect(error.message).not.toMatch(/^error|\n|\.$/);
  });
});

describe('everything else is a bug', () => {
  it.each<[string, unknown, string]>([
    ['an error', new TypeError('x is not a function\nat y'), 'x is not a function'],
    ['an error without a message', new Error(), 'unknown error'],
    ['a string', 'boom', 'boom'],
    ['nothing', undefined, 'undefined'],
    ['null', null, 'null'],
    ['an error of Postgres', Object.assign(new Error('syntax error'), { code: '42601' }), 'syntax error'],
  ])('%s', (_, thrown, message) => {
    const error = normaliseError(thrown, false);
    expect(error).toMatchObject({ kind: 'bug', code: 'bug', message });
    expect(error.suggestion).toContain('--debug');
    expect(error.cause).toBe(thrown);
  });
});
