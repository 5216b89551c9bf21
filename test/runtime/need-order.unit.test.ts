import { describe, expect, it } from 'vitest';
import { inNeedOrder } from '../../src/runtime/need-order.ts';

const services = [
  { name: 'postgres', needs: [] },
  { name: 'kafka', needs: [] },
  { name: 'airflow-api-server', needs: ['postgres'], group: 'airflow' },
  { name: 'airflow-scheduler', needs: ['airflow-api-server'], group: 'airflow' },
];

describe('what is started for', () => {
  it.each([
    [[], ['postgres', 'kafka', 'airflow-api-server', 'airflow-scheduler']],
    [['kafka'], ['kafka']],
    [['airflow'], ['postgres', 'airflow-api-server', 'airflow-scheduler']],
    [
      ['airflow-scheduler', 'kafka'],
      ['postgres', 'airflow-api-server', 'airflow-scheduler', 'kafka'],
    ],
  ])('%j', (names, expected) => {
    expect(inNeedOrder(services, names).map(({ name }) => name)).toEqual(expected);
  });

  it('nothing that there is not', () => {
    expect(() => inNeedOrder(services, ['airflows'])).toThrow(
      expect.objectContaining({
        code: 'unknown_service',
        suggestion: 'one of: postgres, kafka, airflow-api-server, airflow-scheduler, airflow',
      }),
    );
  });
});
