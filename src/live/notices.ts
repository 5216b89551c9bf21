import type { ShopPipeError } from '../errors.ts';
import type { LiveState, Notice } from './state.ts';

/** A stream that has something to read and commits nothing for so long stands still. */
const stillMs = 15_000;

/** What a viewer has to know about the figures, the gravest first, each with what to do. */
export function noticesOf(
  { figures, health }: Pick<LiveState, 'figures' | 'health'>,
  kafka: ShopPipeError | null,
  now: number,
): Notice[] {
  const notices: Notice[] = [];
  const add = (level: Notice['level'], code: string, message: string, suggestion: string | null): void =>
    void notices.push({ code, level, message, suggestion });
  const stream = health?.stream ?? null;
  const start = 'shop-pipe stream start';
  if (figures['recent-orders']?.rows.length === 0)
    add('hint', 'no_orders', 'the shop has no orders yet', 'shop-pipe seed synthetic --orders 50000');
  switch (stream?.state) {
    case undefined:
      add(
        'warning',
        'stream_never_ran',
        'no stream has run yet: orders that are produced do not arrive',
        start,
      );
      break;
    case 'stopped':
      add('warning', 'stream_stopped', 'the stream is stopped: figures stand still', start);
      break;
    case 'failed':
      add('warning', 'stream_failed', 'the stream has failed: figures stand still', start);
      break;
    case 'silent':
      add(
        'warning',
        'stream_silent',
        "the stream's driver is not heard of any more",
        'shop-pipe stream status',
      );
      break;
    case 'waiting':
      add('warning', 'stream_waiting', 'the stream waits for kafka or postgres', 'shop-pipe status');
      break;
    default:
      if ((health?.lag ?? 0) > 0 && now - Date.parse(stream?.last_batch_at ?? '1970') > stillMs)
        add(
          'warning',
          'stream_still',
          `${health?.lag} messages wait, and the stream commits none`,
          'shop-pipe logs stream',
        );
      else if (health?.lag === 0 && stream?.events_per_s === null)
        add(
          'hint',
          'nothing_arrives',
          'no event came for a minute',
          'shop-pipe produce --rate 100 --duration 60s',
        );
  }
  if (kafka !== null && stream !== null)
    add('hint', kafka.code, `the lag is not known: ${kafka.message}`, kafka.suggestion ?? null);
  return notices;
}

/** The database cannot be asked: all that is shown is of before. */
export const troubleOf = ({ code, message, suggestion }: ShopPipeError): Notice => ({
  code,
  level: 'trouble',
  message,
  suggestion: suggestion ?? null,
});
