import { expect, it } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { demoEngines } from '../../src/demo/engines.ts';
import { silent } from '../../src/progress.ts';

const gib = 1024 ** 3;

function brought(memory: number, config: Partial<Config> = {}): { engines: string[]; said: string } {
  let said = '';
  const say = (text: string): void => void (said += text);
  const engines = demoEngines(
    { external: [], runtime: null, ...config } as Config,
    { ...silent, note: say, warn: say },
    memory * gib,
  );
  return { engines, said };
}

it('all engines where memory allows, with the price of Airflow', () => {
  expect(brought(8)).toEqual({
    engines: [],
    said: expect.stringMatching(/^Airflow takes 0\.7 GiB of memory; /),
  });
});

it('no Airflow where memory is short, with the way to start it', () => {
  const { engines, said } = brought(3.5);
  expect(engines).toEqual(['postgres', 'kafka']);
  expect(said).toContain('shop-pipe up airflow');
});

it('an Airflow of somebody else costs nothing here', () => {
  expect(brought(3.5, { external: ['airflow'] })).toEqual({ engines: [], said: '' });
  expect(brought(3.5, { runtime: 'external' })).toEqual({ engines: [], said: '' });
});
