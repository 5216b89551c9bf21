/** An Airflow, ours or somebody else's. */
export interface AirflowTarget {
  /** Without a slash at its end; may have a path. */
  url: string;
  user: string;
  password: string;
}

/** Whether name and password would cross a network in the clear. */
export function sendsPasswordInTheClear({ url }: { url: string }): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && !/^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}
