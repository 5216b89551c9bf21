import { usageError } from '../errors.ts';
import { detailsAnswer } from './answers.ts';
import { businessDay } from './business-day.ts';
import type { AirflowClient } from './client.ts';
import type { DayInterval } from './runs.ts';

/** Airflow would keep such a run until its logical date, and all others behind it. */
export function refuseFuture(option: string, day: string, zone: string): void {
  if (day > businessDay(Date.now(), zone))
    throw usageError('day_not_begun', `${option} ${day} has not begun in ${zone}`);
}

/** Of a run before the start date of its DAG Airflow says at once that it succeeded, without having run any task. */
export async function refuseBeforeStart(
  client: AirflowClient,
  dag: string,
  option: string,
  { day, start }: DayInterval,
): Promise<void> {
  const { start_date: first } = await client.get(['dags', dag, 'details'], detailsAnswer);
  if (first === null || Date.parse(start) >= Date.parse(first)) return;
  throw usageError(
    'day_too_early',
    `${option} ${day} is before the start date of ${dag} (${first}): none of its tasks would run`,
  );
}
