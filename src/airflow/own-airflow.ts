const loopback = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Why the Airflow that AIRFLOW_URL names cannot be one that shop-pipe runs itself; null where it can. */
export const notOurAirflow = (url: string): string | null => notServedHere(url, 'AIRFLOW_URL');

/** The same of any web server, whose address `variable` is. */
export function notServedHere(url: string, variable: string): string | null {
  const { protocol, hostname, pathname } = new URL(url);
  if (protocol !== 'http:') return `${variable} is ${protocol.slice(0, -1)}`;
  if (!loopback.has(hostname)) return `${variable} names ${hostname}, which is not this machine's loopback`;
  return pathname === '/' ? null : `${variable} has the path ${pathname}`;
}
