import type { Health, LiveState } from '../state.ts';
import { make } from './dom.ts';
import { duration, number, oneDecimal } from './format.ts';
import { morph } from './morph.ts';

type Fact = [title: string, value: string, note?: string];

const states: Record<NonNullable<Health['stream']>['state'], string> = {
  starting: '◔ starting',
  running: '● running',
  waiting: '◑ waiting',
  stopped: '■ stopped',
  failed: '✕ failed',
  silent: '? silent',
};
const runs: Record<NonNullable<Health['etl']>['state'], string> = {
  running: '◔ running',
  succeeded: '● succeeded',
  failed: '✕ failed',
  abandoned: '✕ abandoned',
};

/** The pipeline from the topic to the tables. */
export function showHealth(root: HTMLElement, { health, timezone }: LiveState): void {
  morph(
    root,
    ...factsOf(health, timezone).flatMap(([title, value, note]) => [
      make('dt', {}, title),
      make('dd', {}, value, note ? make('span', { class: 'quiet' }, ` ${note}`) : null),
    ]),
  );
}

function factsOf(health: LiveState['health'], timezone: string): Fact[] {
  const { stream = null, etl = null, produced = null, lag = null } = health ?? {};
  const known = (value: number | null | undefined, text: (n: number) => string): string =>
    value === null || value === undefined ? '–' : text(value);
  return [
    ['Stream', stream ? states[stream.state] : 'never ran'],
    ['Produced', known(produced, number), produced === null ? 'Kafka is not reached' : 'messages'],
    ['Lag', known(lag, number)],
    [
      'Read',
      known(stream?.events_per_s, (n) => `${oneDecimal(n)}/s`),
      stream ? `${number(stream.read)} in all` : '',
    ],
    ['Latency p50', known(stream?.p50_ms, duration)],
    ['Latency p99', known(stream?.p99_ms, duration)],
    [
      'Rejected',
      known(stream?.rejected, number),
      stream && stream.rejected > 0 ? 'shop-pipe rejects list' : '',
    ],
    [
      'Last ETL run',
      etl ? runs[etl.state] : 'none yet',
      etl ? whenOf(etl, timezone) : 'shop-pipe etl run --full',
    ],
  ];
}

function whenOf(
  { days, started_at: started, finished_at: finished }: NonNullable<Health['etl']>,
  timeZone: string,
): string {
  const format = new Intl.DateTimeFormat(undefined, { dateStyle: 'short', timeStyle: 'short', timeZone });
  const when = format.format(new Date(finished ?? started));
  return days === null ? when : `${number(days)} ${days === 1 ? 'day' : 'days'}, ${when}`;
}
