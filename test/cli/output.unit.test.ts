import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Output, type TextStyle } from '../../src/cli/output.ts';
import { rememberSecrets } from '../../src/config/secrets.ts';
import { CapturedStream } from './captured-stream.ts';

function outputs(
  json: boolean,
  options: { isTTY?: boolean; columns?: number } = {},
  env: NodeJS.ProcessEnv = {},
): { output: Output; stdout: CapturedStream; stderr: CapturedStream } {
  const stdout = new CapturedStream(options);
  const stderr = new CapturedStream(options);
  return { output: new Output(json, stdout.asTerminal, stderr.asTerminal, env), stdout, stderr };
}

const outcome = { data: { rows: 3, name: 'seed' }, text: () => 'three rows\n' };
const problem = { code: 'no_jdk', message: 'no JDK 17 or 21', suggestion: 'apt-get install openjdk-17-jdk' };

describe('results', () => {
  it('are one line of JSON with --json', () => {
    const { output, stdout, stderr } = outputs(true);
    output.outcome(outcome);
    expect(stdout.written).toBe('{"rows":3,"name":"seed"}\n');
    expect(stderr.written).toBe('');
  });

  it('are text otherwise, with one end of line', () => {
    const { output, stdout, stderr } = outputs(false);
    output.outcome(outcome);
    expect(stdout.written).toBe('three rows\n');
    expect(stderr.written).toBe('');
  });

  it('without text print nothing, not an empty line', () => {
    const { output, stdout } = outputs(false);
    output.outcome({ data: [], text: () => '' });
    expect(stdout.written).toBe('');
  });

  it('an empty one is a document all the same', () => {
    const { output, stdout } = outputs(true);
    output.outcome({ data: [], text: () => '' });
    expect(stdout.written).toBe('[]\n');
  });

  it('of a follower are one document or one text per line', () => {
    for (const json of [true, false]) {
      const { output, stdout } = outputs(json);
      output.line({ service: 'postgres', line: 'a\nb' }, 'postgres | a');
      output.line({ service: 'spark', line: 'c' }, 'spark | c');
      const lines = stdout.written.trimEnd().split('\n');
      expect(lines).toHaveLength(2);
      expect(lines[0]).toBe(json ? '{"service":"postgres","line":"a\\nb"}' : 'postgres | a');
    }
  });

  it('with any text in them stay on one line that parses to the same', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (data) => {
        const { output, stdout } = outputs(true);
        output.outcome({ data, text: () => '' });
        expect(stdout.written.indexOf('\n')).toBe(stdout.written.length - 1);
        expect(JSON.parse(stdout.written)).toEqual(JSON.parse(JSON.stringify(data)));
      }),
    );
  });
});

describe('errors', () => {
  it('are a document on stdout with --json', () => {
    const { output, stdout, stderr } = outputs(true);
    output.error(problem);
    expect(JSON.parse(stdout.written)).toEqual({ error: problem });
    expect(stderr.written).toBe('');
  });

  it('are two lines on stderr otherwise', () => {
    const { output, stdout, stderr } = outputs(false);
    output.error(problem);
    expect(stderr.written).toBe('error: no JDK 17 or 21\n  try: apt-get install openjdk-17-jdk\n');
    expect(stdout.written).toBe('');
  });

  it('without a suggestion are one line', () => {
    const { output, stderr } = outputs(false);
    output.error({ ...problem, suggestion: null });
    expect(stderr.written).toBe('error: no JDK 17 or 21\n');
  });

  it('are red on a terminal, unless NO_COLOR asks otherwise', () => {
    const coloured = outputs(false, { isTTY: true }, { TERM: 'xterm' });
    coloured.output.error(problem);
    expect(coloured.stderr.written).toContain('\x1b[31merror:\x1b[39m');
    const plain = outputs(false, { isTTY: true }, { TERM: 'xterm', NO_COLOR: '1' });
    plain.output.error(problem);
    expect(plain.stderr.written).not.toContain('\x1b');
  });
});

it('what is said goes to stderr in either format', () => {
  for (const json of [true, false]) {
    const { output, stdout, stderr } = outputs(json);
    output.say('wrote .env');
    expect(stderr.written).toBe('wrote .env\n');
    expect(stdout.written).toBe('');
  }
});

describe('secrets', () => {
  const secrets = ['correct horse', 'quo"te\\slash', '98765432', 'a+b/c=d&e'];
  rememberSecrets(secrets);

  it.each(secrets)('%s is shown nowhere, in either format', (secret) => {
    for (const json of [true, false]) {
      const { output, stdout, stderr } = outputs(json);
      const leak = `password ${secret} in postgres://u:${encodeURIComponent(secret)}@h`;
      output.outcome({ data: { deep: [{ message: leak }] }, text: () => leak });
      output.line({ line: leak }, leak);
      output.error({ code: 'x', message: leak, suggestion: leak });
      output.say(leak);
      const written = stdout.written + stderr.written;
      for (const form of [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
        expect(written.includes(form), form).toBe(false);
      expect(written.match(/password \*\*\* in postgres:\/\/u:\*\*\*@h/g)).toHaveLength(5);
      if (json) for (const line of stdout.written.trimEnd().split('\n')) JSON.parse(line);
    }
  });

  it('a number that happens to read like one is left alone, so that the document stays JSON', () => {
    const { output, stdout } = outputs(true);
    output.outcome({ data: { rows: 98_765_432 }, text: () => '' });
    expect(JSON.parse(stdout.written)).toEqual({ rows: 98_765_432 });
  });
});

describe('style', () => {
  const styleOf = (env: NodeJS.ProcessEnv, options: { isTTY?: boolean; columns?: number } = {}): TextStyle =>
    outputs(false, options, env).output.style;

  it('is as wide as the terminal, else COLUMNS, else 80, never below 40', () => {
    expect(styleOf({}, { isTTY: true, columns: 132 }).width).toBe(132);
    expect(styleOf({ COLUMNS: '100' }).width).toBe(100);
    expect(styleOf({ COLUMNS: 'wide' }).width).toBe(80);
    expect(styleOf({}, { columns: 10 }).width).toBe(40);
  });

  it.each<[NodeJS.ProcessEnv, boolean, boolean]>([
    [{}, false, false],
    [{ TERM: 'xterm' }, true, true],
    [{ TERM: 'dumb' }, true, false],
    [{ TERM: 'xterm', NO_COLOR: '1' }, true, false],
    [{ TERM: 'xterm', NO_COLOR: '' }, true, true],
    [{ FORCE_COLOR: '1' }, false, true],
    [{ FORCE_COLOR: '0' }, false, false],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, false, false],
  ])('%j on a terminal (%s) has colour: %s', (env, isTTY, colour) => {
    expect(styleOf(env, { isTTY }).colour).toBe(colour);
  });

  it.each<[NodeJS.ProcessEnv, boolean]>([
    [{}, true],
    [{ LANG: 'en_US.UTF-8' }, true],
    [{ LANG: 'C.UTF-8' }, true],
    [{ LANG: 'C' }, false],
    [{ LC_ALL: 'POSIX', LANG: 'en_US.UTF-8' }, false],
    [{ LC_CTYPE: 'de_DE.ISO-8859-1' }, false],
    [{ TERM: 'dumb', LANG: 'en_US.UTF-8' }, false],
  ])('%j has unicode: %s', (env, unicode) => {
    expect(styleOf(env).unicode).toBe(unicode);
  });
});
