/** Olist's timestamps are local time of this zone; its summer time ended in 2019. */
const zone = 'America/Sao_Paulo';
const daySeconds = 86_400;

export interface LocalDay {
  /** `YYYY-MM-DD`. */
  date: string;
  /** Monday 0 … Sunday 6. */
  weekday: number;
  /** First instant of the day, seconds since 1970. */
  start: number;
  /** The local hour in each hour of the day: 24 of them, 23 or 25 where the clock changes. */
  hours: readonly number[];
}

const everyHour: readonly number[] = Array.from({ length: 24 }, (_, hour) => hour);

/** The `count` days up to `last` (`YYYY-MM-DD`), oldest first, in São Paulo. */
export function localDays(last: string, count: number): LocalDay[] {
  const clock = localClock();
  const end = Date.parse(`${last}T00:00:00Z`) / 1000;
  const offsets = Array.from({ length: count + 2 }, (_, i) => {
    const noon = end - (count - i) * daySeconds + daySeconds / 2;
    return clock(noon) - noon;
  });
  return Array.from({ length: count }, (_, i) => {
    const naive = end - (count - 1 - i) * daySeconds;
    const date = new Date(naive * 1000).toISOString().slice(0, 10);
    const weekday = (new Date(naive * 1000).getUTCDay() + 6) % 7;
    const offset = offsets[i + 1] as number;
    if (offset === offsets[i] && offset === offsets[i + 2]) {
      return { date, weekday, start: naive - offset, hours: everyHour };
    }
    // The clock changes near this day: look at each hour that may be in it.
    const local = Array.from({ length: 30 }, (_, hour) => naive - offset + (hour - 3) * 3600);
    const within = local.filter((instant) => Math.floor(clock(instant) / daySeconds) === naive / daySeconds);
    const hours = within.map((instant) => Math.floor((clock(instant) - naive) / 3600));
    return { date, weekday, start: within[0] as number, hours };
  });
}

/** Gives what the wall clock shows at an instant, as if it were UTC; both in seconds since 1970. */
function localClock(): (instant: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return (instant) => {
    const part: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(instant * 1000)) part[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
    return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
  };
}
