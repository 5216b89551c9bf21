import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDays, businessDay, dayStart } from '../../src/airflow/business-day.ts';
import { intervalOf } from '../../src/airflow/runs.ts';

describe('the first instant of a business day', () => {
  /** From the tz database's transitions; test/airflow/day-start.test.ts holds more of them against Postgres. */
  it.each([
    ['2018-05-01', 'America/Sao_Paulo', '2018-05-01T03:00:00.000Z'],
    ['2017-10-15', 'America/Sao_Paulo', '2017-10-15T03:00:00.000Z'], // its midnight does not exist
    ['2018-02-18', 'America/Sao_Paulo', '2018-02-18T03:00:00.000Z'], // the hour before it came twice
    ['2018-05-01', 'UTC', '2018-05-01T00:00:00.000Z'],
    ['2018-05-01', 'Asia/Tokyo', '2018-04-30T15:00:00.000Z'],
    ['2018-05-01', 'Asia/Kolkata', '2018-04-30T18:30:00.000Z'],
    ['2018-05-01', 'Pacific/Kiritimati', '2018-04-30T10:00:00.000Z'],
    ['2018-11-04', 'America/Havana', '2018-11-04T04:00:00.000Z'], // its midnight comes twice
    ['2011-12-30', 'Pacific/Apia', '2011-12-30T10:00:00.000Z'], // there was no such day: the next one's
  ])('%s in %s is %s', (day, zone, instant) => {
    expect(new Date(dayStart(day, zone)).toISOString()).toBe(instant);
  });

  it.each(['America/Sao_Paulo', 'UTC', 'Asia/Tokyo', 'America/Havana', 'Australia/Lord_Howe'])(
    'is in its day in %s, and the quarter of an hour before it is not',
    (zone) => {
      const day = fc.integer({ min: 0, max: 20_000 }).map((n) => addDays('1972-01-01', n));
      fc.assert(
        fc.property(day, (date) => {
          const start = dayStart(date, zone);
          expect(businessDay(start, zone)).toBe(date);
          expect(businessDay(start - 900_000, zone) < date).toBe(true);
        }),
        { numRuns: 200 },
      );
    },
  );

  it('makes a day of 23 hours where the clock goes forward', () => {
    expect(intervalOf('2017-10-15', 'America/Sao_Paulo')).toEqual({
      day: '2017-10-15',
      start: '2017-10-15T03:00:00.000Z',
      end: '2017-10-16T02:00:00.000Z',
    });
  });
});
