import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contract } from '../../src/cli/documents/contract.ts';
import { wrongArguments } from './arguments.ts';
import type { BadInput } from './bad-input.ts';
import { errorOf } from './call.ts';
import { wrongFiles } from './files.ts';
import { wrongSettings } from './settings.ts';
import { World } from './world.ts';

const groups: [name: string, cases: readonly BadInput[]][] = [
  ['arguments', wrongArguments],
  ['files', wrongFiles],
  ['settings and databases', wrongSettings],
];

describe.each(groups)('bad input: %s', (_, cases) => {
  let world: World;
  beforeAll(async () => {
    world = await World.make();
  });
  afterAll(() => world.remove());

  describe(`${cases.length} cases change nothing and say what is wrong`, () => {
    it.each(cases)('$what: exit $exit, $code', async ({ call, env = {}, exit, code, says }) => {
      const made = typeof call === 'function' ? await call(world) : call;
      const settings = typeof env === 'function' ? await env(world) : env;
      const argv = typeof made === 'string' ? made.split(' ') : made;
      const before = await world.picture();
      const called = await world.call([...argv, '--json'], settings);
      const error = errorOf(called);
      expect([called.exit, error.code], `${error.message}\n${error.suggestion}`).toEqual([exit, code]);
      expect(contract.error.safeParse(JSON.parse(called.stdout)).success).toBe(true);
      expect(`${error.message}\n${error.suggestion}`).toMatch(says);
      expect(error.message).toMatch(/^[^\n]+[^\n.]$/);
      for (const password of world.passwords()) expect(called.stdout + called.stderr).not.toContain(password);
      expect(await world.picture()).toEqual(before);
    });
  });
});
