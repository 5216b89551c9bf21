import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { chooseRuntime, recordedProject, recordRuntime } from '../../src/runtime/choose.ts';

const home = mkdtempSync(join(tmpdir(), 'shop-pipe-choose-'));
afterAll(() => rmSync(home, { recursive: true }));
const docker = (answers: boolean) => () => Promise.resolve(answers);
const never = (): Promise<boolean> => Promise.reject(new Error('Docker was asked'));

it('what was asked for, else what was recorded, else Docker decides', async () => {
  expect(await chooseRuntime(null, home, docker(true))).toBe('compose');
  expect(await chooseRuntime(null, home, docker(false))).toBe('native');
  expect(await chooseRuntime('external', home, never)).toBe('external');
  recordRuntime(home, { runtime: 'native' });
  expect(await chooseRuntime(null, home, never)).toBe('native');
  expect(recordedProject(home)).toBeNull();
  recordRuntime(home, { runtime: 'compose', compose: 'mine' });
  expect(await chooseRuntime(null, home, never)).toBe('compose');
  expect(await chooseRuntime('native', home, never)).toBe('native');
  expect(recordedProject(home)).toBe('mine');
});
