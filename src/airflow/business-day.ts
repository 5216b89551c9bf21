const quarterMs = 15 * 60_000;
const hourMs = 60 * 60_000;

/**
 * The first instant whose local date is `day` (`YYYY-MM-DD`) or later, in milliseconds since 1970: what ops.day_start
 * says in Postgres, for who has only an Airflow to talk to; a test holds the two together. Midnight itself may not exist
 * (São Paulo, 2017-10-15), come twice (Havana, each autumn), and a whole day can be missing (Apia, 2011-12-30): so the
 * quarter hours around it are tried.
 */
export function dayStart(day: string, zone: string): number {
  const dateOf = localDate(zone);
  const midnight = Date.parse(`${day}T00:00:00Z`);
  // Zones are from 14 hours ahead to 12 behind, and at most a day is left out.
  for (let instant = midnight - 15 * hourMs; instant < midnight + 40 * hourMs; instant += quarterMs) {
    if (dateOf(instant) >= day) return instant;
  }
  return midnight;
}

/** The local date of an instant, `YYYY-MM-DD`. */
export function businessDay(instant: number, zone: string): string {
  return localDate(zone)(instant);
}

/** `day` and so many after it. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 24 * hourMs).toISOString().slice(0, 10);
}

const formats = new Map<string, Intl.DateTimeFormat>();

function localDate(zone: string): (instant: number) => string {
  let format = formats.get(zone);
  if (format === undefined) {
    const parts = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
    // Canada writes a date as ISO does.
    format = new Intl.DateTimeFormat('en-CA', { timeZone: zone, ...parts });
    formats.set(zone, format);
  }
  const made = format;
  return (instant) => made.format(instant).padStart(10, '0');
}
