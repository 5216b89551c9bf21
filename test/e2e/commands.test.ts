import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProgram } from '../../src/cli/program.ts';
import { findJdk } from '../../src/toolchain/jdk.ts';
import { Sandbox } from '../support/cli.ts';

interface Problem {
  error: { code: string; message: string; suggestion: string | null };
}

/** Wrong calls that need no engine: arguments, exit code, error code, a part of the message. */
const wrongCalls: [string, number, string, string][] = [
  ['frobnicate', 2, 'unknown_command', 'frobnicate'],
  ['up --frobnicate', 2, 'unknown_option', '--frobnicate'],
  ['up kafkaesque', 2, 'unknown_service', 'kafkaesque'],
  ['logs kafkaesque', 2, 'unknown_service', 'kafkaesque'],
  ['logs -n many', 2, 'bad_number', 'many'],
  ['topic status --frobnicate', 2, 'unknown_option', '--frobnicate'],
  ['produce', 2, 'missing_mandatory_option_value', '--rate'],
  ['produce --rate 0', 2, 'bad_number', '--rate 0'],
  ['produce --rate fast', 2, 'bad_number', 'fast'],
  ['produce --rate 5 --duration 1d', 2, 'bad_duration', '1d'],
  ['produce --rate 5 --duration 1s --count 1', 2, 'duration_or_count', 'not both'],
  ['produce --rate 5 --dirty 1.5', 2, 'bad_number', '--dirty'],
  ['produce --rate 5 --producers 65', 2, 'bad_number', '--producers'],
  ['produce --rate 5 --start-time yesterday', 2, 'bad_instant', 'yesterday'],
  ['etl run', 2, 'which_days', '--date'],
  ['etl run --date 2018-02-30', 2, 'bad_date', '2018-02-30'],
  ['etl run --date yesterday', 2, 'bad_date', 'yesterday'],
  ['etl run --date 2018-05-01 --full', 2, 'which_days', '--date'],
  ['etl run --from 2018-05-01', 2, 'which_days', 'go together'],
  ['etl run --from 2018-05-02 --to 2018-05-01', 2, 'bad_range', 'after'],
  ['seed olist', 2, 'no_path', '--path'],
  ['seed olist --path x --download', 2, 'path_or_download', 'not both'],
  ['seed synthetic --orders 0', 2, 'bad_number', '--orders'],
  ['seed synthetic --orders many', 2, 'bad_number', 'many'],
  ['--runtime podman status', 2, 'invalid_argument', 'podman'],
];

describe('every command', () => {
  const sandbox = new Sandbox();
  beforeAll(async () => {
    expect((await sandbox.json(['init'])).code).toBe(0);
  });
  afterAll(() => sandbox.remove());

  it.each(wrongCalls)('%s: exit %i, %s', async (line, code, name, message) => {
    const called = await sandbox.json<Problem>(line.split(' '));
    expect(called.code).toBe(code);
    expect(called.data.error).toEqual({
      code: name,
      message: expect.stringContaining(message),
      suggestion: called.data.error.suggestion,
    });
    const text = await sandbox.run(line.split(' '));
    expect(text).toMatchObject({ code, stdout: '' });
    expect(text.stderr).toMatch(/^error: /);
  });

  it('has help that names its options, and is told apart from a wrong one', async () => {
    const program = createProgram(() => async () => undefined);
    for (const command of program.commands) {
      const help = await sandbox.run([command.name(), '--help']);
      expect(help.code, command.name()).toBe(0);
      expect(help.stdout).toContain(command.description().slice(0, 20));
    }
    expect((await sandbox.run(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('that needs the database says how to start it', async () => {
    for (const line of [
      'seed synthetic --orders 10',
      'report daily-revenue',
      'verify',
      'migrate up',
      'migrate status',
    ]) {
      const { code, data } = await sandbox.json<Problem>(line.split(' '));
      expect(code, line).toBe(1);
      expect(data.error, line).toMatchObject({ code: 'postgres_unreachable', suggestion: 'shop-pipe up' });
    }
  });

  it('that needs the broker says how to start it', async () => {
    expect(await sandbox.json<Problem>(['topic', 'status'])).toMatchObject({
      code: 1,
      data: { error: { code: 'kafka_unreachable', suggestion: 'shop-pipe up' } },
    });
  });

  it('down and status work where nothing runs', async () => {
    expect(await sandbox.json(['down'])).toMatchObject({ code: 0, data: { stopped: [] } });
    expect(await sandbox.json(['status', '--exit-code'])).toMatchObject({
      code: 3,
      data: { services: Array(6).fill({ state: 'stopped' }) },
    });
  });

  it.each(['POSTGRES_PORT', 'KAFKA_BROKERS', 'AIRFLOW_URL'])(
    'a taken port is told with its holder and %s, before anything starts',
    async (variable) => {
      const value = new RegExp(`^${variable}=(?:http://)?(?:127\\.0\\.0\\.1:)?(\\d+)$`, 'm');
      const holder = createServer().listen(Number(value.exec(sandbox.file('.env'))?.[1]), '127.0.0.1');
      try {
        const { code, data } = await sandbox.json<Problem>(['up']);
        expect(code).toBe(1);
        expect(data.error).toMatchObject({
          code: 'port_taken',
          message: expect.stringContaining(String(process.pid)),
          suggestion: expect.stringContaining(variable),
        });
        expect((await sandbox.json(['down'])).data).toMatchObject({ stopped: [] });
      } finally {
        holder.close();
      }
    },
  );

  it.each([
    [{ KAFKA_BROKERS: 'kafka.example.com:9092' }, 'kafka_not_ours', 'SHOP_PIPE_EXTERNAL=kafka'],
    [{ KAFKA_BROKERS: '127.0.0.1' }, 'bad_configuration', 'docs/configuration.md'],
    [{ KAFKA_SECURITY_PROTOCOL: 'SASL_SSL' }, 'bad_configuration', 'set both in .env'],
    [{ SHOP_PIPE_EXTERNAL: 'spark' }, 'bad_configuration', 'docs/configuration.md'],
    [
      { SHOP_PIPE_EXTERNAL: 'kafka', KAFKA_BROKERS: '127.0.0.1:1' },
      'service_unreachable',
      'KAFKA_SECURITY_PROTOCOL',
    ],
    [{ AIRFLOW_URL: 'https://airflow.example.com' }, 'airflow_not_ours', 'SHOP_PIPE_EXTERNAL=airflow'],
    [{ AIRFLOW_URL: 'http://me:secret@127.0.0.1:8080' }, 'bad_configuration', 'docs/configuration.md'],
    [
      { SHOP_PIPE_EXTERNAL: 'airflow', AIRFLOW_URL: 'http://127.0.0.1:1' },
      'service_unreachable',
      'AIRFLOW_URL',
    ],
  ])('up with %j starts nothing: %s', async (env, code, suggestion) => {
    const { data, ...called } = await sandbox.json<Problem>(['up'], env as Record<string, string>);
    expect([called.code, data.error]).toMatchObject([
      1,
      { code, suggestion: expect.stringContaining(suggestion) },
    ]);
    expect((await sandbox.json(['down'])).data).toMatchObject({ stopped: [] });
  });

  it('without .env says init, and --json stays one document', async () => {
    const bare = new Sandbox();
    try {
      for (const command of ['status', 'verify']) {
        expect(await bare.json<Problem>([command])).toMatchObject({
          code: 1,
          data: { error: { code: 'not_initialised', suggestion: 'shop-pipe init' } },
        });
      }
      expect(await bare.json(['doctor'])).toMatchObject({
        data: {
          findings: expect.arrayContaining([expect.objectContaining({ name: '.env', level: 'warning' })]),
        },
      });
    } finally {
      await bare.remove();
    }
  });
});

describe('a machine that lacks something', () => {
  const sandbox = new Sandbox();
  /** A PATH with the named programs and nothing else. */
  const pathOf = (name: string, programs: Record<string, string>): string => {
    const folder = join(sandbox.folder, name);
    mkdirSync(folder);
    for (const [program, target] of Object.entries(programs)) {
      if (target.startsWith('/')) symlinkSync(target, join(folder, program));
      else {
        writeFileSync(join(folder, program), `#!/bin/sh\n${target}\n`);
        chmodSync(join(folder, program), 0o755);
      }
    }
    return folder;
  };
  const base = { node: process.execPath, env: '/usr/bin/env', sh: '/bin/sh', unshare: '/usr/bin/unshare' };
  beforeAll(async () => {
    await sandbox.json(['init']);
  });
  afterAll(() => sandbox.remove());

  it('no JDK: etl run and doctor say which and how to get it', async () => {
    const env = { PATH: pathOf('no-jdk', base), JAVA_HOME: '' };
    expect(await sandbox.json<Problem>(['etl', 'run', '--full'], env)).toMatchObject({
      code: 1,
      data: {
        error: {
          code: 'no_jdk',
          message: expect.stringContaining('JDK 17 or 21 with javac'),
          suggestion: expect.stringContaining('apt-get install'),
        },
      },
    });
    expect(await sandbox.json(['doctor'], env)).toMatchObject({
      code: 3,
      data: {
        ok: false,
        findings: expect.arrayContaining([expect.objectContaining({ name: 'jdk', level: 'problem' })]),
      },
    });
  });

  it('no Python, or one that is too old or has no venv', async () => {
    const jdk = findJdk();
    const cases: [string, Record<string, string>, string][] = [
      ['none', {}, 'Python 3.10-3.13 with venv and pip'],
      ['old', { python3: "printf '/usr/bin/python3\\n3.8.1\\n'" }, 'python3 is 3.8.1'],
      [
        'novenv',
        { python3: 'echo "ModuleNotFoundError: No module named \'ensurepip\'" >&2; exit 1' },
        'python3 has no ensurepip',
      ],
    ];
    for (const [name, programs, message] of cases) {
      const env = { PATH: [pathOf(name, { ...base, ...programs })].join(delimiter), JAVA_HOME: jdk.home };
      expect(await sandbox.json<Problem>(['etl', 'run', '--full'], env)).toMatchObject({
        code: 1,
        data: {
          error: {
            code: 'no_python',
            message: expect.stringContaining(message),
            suggestion: expect.stringContaining('python3-venv'),
          },
        },
      });
    }
  });
});
