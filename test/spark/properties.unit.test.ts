import { expect, it } from 'vitest';
import { baseProperties } from '../../src/spark/properties.ts';

const resources = { cores: 2, executorMemory: '512m', driverMemory: '600m', secret: 'of-the-cluster' };

it('of a cluster: cores, memory and the secret that it shares', () => {
  expect(baseProperties('spark://master:7077', '/scratch', resources)).toMatchObject({
    'spark.cores.max': '2',
    'spark.executor.memory': '512m',
    'spark.driver.memory': '600m',
    'spark.authenticate': 'true',
    'spark.authenticate.secret': 'of-the-cluster',
  });
  const open = baseProperties('k8s://x', '/scratch', { ...resources, cores: null, secret: null });
  expect(Object.keys(open).filter((name) => /authenticate|cores|local\.dir/.test(name))).toEqual([]);
});

it('of this machine: loopback, and nothing that only a cluster has', () => {
  const local = baseProperties('local[*]', '/scratch', resources);
  expect(local).toMatchObject({ 'spark.driver.host': '127.0.0.1', 'spark.local.dir': '/scratch' });
  expect(Object.keys(local).filter((name) => /authenticate|cores|executor/.test(name))).toEqual([]);
});
