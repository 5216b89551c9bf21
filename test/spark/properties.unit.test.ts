import { expect, it } from 'vitest';
import { baseProperties } from '../../src/spark/properties.ts';

const start = { confFolder: '/conf', classArchive: null, long: false };
const resources = { cores: 2, executorMemory: '512m', driverMemory: '600m', secret: 'of-the-cluster' };

it('of a cluster: cores, memory and the secret that it shares', () => {
  expect(baseProperties('spark://master:7077', '/scratch', resources, start)).toMatchObject({
    'spark.cores.max': '2',
    'spark.executor.memory': '512m',
    'spark.driver.memory': '600m',
    'spark.authenticate': 'true',
    'spark.authenticate.secret': 'of-the-cluster',
  });
  const open = baseProperties('k8s://x', '/scratch', { ...resources, cores: null, secret: null }, start);
  expect(Object.keys(open).filter((name) => /authenticate|cores|local\.dir/.test(name))).toEqual([]);
});

it('of this machine: loopback, and nothing that only a cluster has', () => {
  const local = baseProperties('local[*]', '/scratch', resources, start);
  expect(local).toMatchObject({ 'spark.driver.host': '127.0.0.1', 'spark.local.dir': '/scratch' });
  expect(Object.keys(local).filter((name) => /authenticate|cores|executor/.test(name))).toEqual([]);
});

it('starts warm where there is an archive, and logs by our settings either way', () => {
  const options = (classArchive: { file: string; conf: string } | null): string =>
    baseProperties('local[*]', '/scratch', resources, { ...start, classArchive })[
      'spark.driver.extraJavaOptions'
    ] ?? '';
  expect(options(null)).toContain('-Dlog4j2.configurationFile=file:///conf/log4j2.properties');
  expect(options(null)).not.toContain('SharedArchiveFile');
  expect(options({ file: '/a folder/spark.jsa', conf: '/empty' })).toContain(
    '-XX:SharedArchiveFile="/a folder/spark.jsa" -Xlog:cds*=off',
  );
});
