import { describe, expect, it } from 'vitest';
import { composeFailed, parsePs, stateOf } from '../../../src/runtime/compose/containers.ts';
import { isRecent, lacksMemory } from '../../../src/runtime/compose/docker.ts';
import { parseLogLine } from '../../../src/runtime/compose/logs.ts';

const gib = 1024 ** 3;
const line = {
  Service: 'postgres',
  State: 'running',
  Health: 'healthy',
  ExitCode: 0,
  Image: 'postgres:17',
  Publishers: [
    { URL: '', PublishedPort: 0 },
    { URL: '127.0.0.1', PublishedPort: 5432 },
  ],
};
const container = { service: 'x', image: '', endpoint: null, health: '', exitCode: 0 };

describe('docker compose ps', () => {
  it('is a document a line, with warnings between, or one list', () => {
    const text = JSON.stringify(line);
    const parsed = parsePs(`time="…" level=warning msg="[x] {y}"\n${text}\n${text}\n`);
    expect(parsed).toHaveLength(2);
    expect(parsed[0]).toMatchObject({ service: 'postgres', endpoint: '127.0.0.1:5432' });
    expect(parsePs(`[${text},${text}]`)).toEqual(parsed);
    expect(parsePs('')).toEqual([]);
  });

  it.each([
    ['running', '', 0, 'healthy'],
    ['running', 'starting', 0, 'starting'],
    ['running', 'unhealthy', 0, 'unhealthy'],
    ['created', '', 0, 'stopped'],
    ['exited', '', 0, 'stopped'],
    ['exited', '', 143, 'stopped'],
    ['exited', 'unhealthy', 1, 'failed'],
    ['restarting', '', 1, 'failed'],
    ['dead', '', 0, 'failed'],
  ])('%s, health "%s", exit code %i: %s', (state, health, exitCode, expected) => {
    expect(stateOf({ ...container, state, health, exitCode })).toBe(expected);
  });
});

it.each([
  ['2.20.0', true],
  ['v2.40.3-3', true],
  ['3.0.0', true],
  ['2.19.1', false],
  ['1.29.2', false],
])('compose %s is recent enough: %s', (version, expected) => {
  expect(isRecent(version)).toBe(expected);
});

describe('memory of Docker', () => {
  const docker = (memory: number) => ({ version: '28', compose: '2.40', memory });

  it('must be some 5 GiB, with Metabase 7', () => {
    expect(lacksMemory(docker(5 * gib), [])).toBeNull();
    expect(lacksMemory(docker(2 * gib), [])).toBe('Docker has 2.0 GiB of memory, the stack may take 5.0 GiB');
    expect(lacksMemory(docker(5 * gib), ['bi'])).toContain('7.0 GiB');
    expect(lacksMemory(docker(6.8 * gib), ['bi'])).toBeNull();
  });
});

it('lines of docker compose logs lose their container, and keep all else', () => {
  expect(parseLogLine('airflow-api-server-1  | a | b')).toEqual({
    service: 'airflow-api-server',
    line: 'a | b',
  });
  expect(parseLogLine('kafka-1  | ')).toEqual({ service: 'kafka', line: '' });
  expect(parseLogLine('no such service: x')).toBeNull();
});

it('a failure of compose names the variable that .env lacks', () => {
  const output = 'error while interpolating x: required variable SPARK_AUTH_SECRET is missing a value: y';
  expect(composeFailed('docker compose up', output)).toMatchObject({
    code: 'bad_configuration',
    message: 'compose needs SPARK_AUTH_SECRET, which .env lacks',
    suggestion: expect.stringContaining('shop-pipe init'),
  });
  expect(composeFailed('docker compose up', 'a\nError: no such image\n')).toMatchObject({
    code: 'compose_failed',
    message: 'docker compose up failed: Error: no such image',
  });
});
