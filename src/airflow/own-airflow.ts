const loopback = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** Why the Airflow that AIRFLOW_URL names cannot be one that shop-pipe runs itself; null where it can. */
export function notOurAirflow(url: string): string | null {
  const { protocol, hostname, pathname } = new URL(url);
  if (protocol !== 'http:') return `AIRFLOW_URL is ${protocol.slice(0, -1)}`;
  if (!loopback.has(hostname)) return `AIRFLOW_URL names ${hostname}, which is not this machine's loopback`;
  return pathname === '/' ? null : `AIRFLOW_URL has the path ${pathname}`;
}
