import { expect, it } from 'vitest';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import type { ErrorKind } from '../../src/errors.ts';

it.each<[ErrorKind, NodeJS.Signals | null, number]>([
  ['environment', null, 1],
  ['data', null, 1],
  ['bug', null, 1],
  ['usage', null, 2],
  ['finding', null, 3],
  ['interrupted', null, 130],
  ['interrupted', 'SIGINT', 130],
  ['interrupted', 'SIGHUP', 130],
  ['interrupted', 'SIGTERM', 143],
  // A signal that came too late to stop anything changes nothing.
  ['usage', 'SIGTERM', 2],
])('%s after %s exits %i', (kind, signal, code) => {
  expect(exitCodeOf(kind, signal)).toBe(code);
});
