import { describe, expect, it } from 'vitest';
import { readableLine } from '../../src/process/log-line.ts';

describe('a line of log for people', () => {
  it.each([
    ['2026-11-24 LOG: ready', '2026-11-24 LOG: ready'],
    ['{not json', '{not json'],
    ['{"level":"info"}', '{"level":"info"}'],
    [
      '{"timestamp":"2026-11-24T02:57:37Z","level":"info","event":"Running","host":"127.0.0.1","n":3,"logger":"a.b","filename":"x.py","lineno":7}',
      '2026-11-24T02:57:37Z info Running host=127.0.0.1 n=3',
    ],
    [
      '{"event":"Task failed\\nbadly","level":"error","error_detail":[{"exc_type":"A","exc_value":"first"},{"exc_type":"ConnectError","exc_value":"refused","frames":[]}]}',
      'error Task failed | badly ConnectError: refused',
    ],
  ])('%s', (line, shown) => {
    expect(readableLine(line)).toBe(shown);
  });
});
