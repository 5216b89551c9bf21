/** Which of ops.rejects are meant; what is not given does not narrow. */
export interface RejectFilter {
  /** A topic, or a file of a seed. */
  source?: string | undefined;
  /** The whole reason, or what comes before its colon. */
  reason?: string | undefined;
  ids?: readonly number[] | undefined;
}

/** A condition on ops.rejects with its parameters, `$1` and on. */
export function conditionOf({ source, reason, ids }: RejectFilter): { sql: string; values: unknown[] } {
  const values: unknown[] = [];
  const parts = ['true'];
  const add = (value: unknown, sql: (n: string) => string): void => {
    values.push(value);
    parts.push(sql(`$${values.length}`));
  };
  if (source !== undefined) add(source, (n) => `source = ${n}`);
  if (reason !== undefined) add(reason, (n) => `(reason = ${n} or starts_with(reason, ${n} || ':'))`);
  if (ids !== undefined) add(ids, (n) => `reject_id = any(${n}::bigint[])`);
  return { sql: parts.join(' and '), values };
}

/** A timestamptz column as ISO 8601 in UTC. */
export const isoColumn = (name: string): string =>
  `to_char(${name} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as ${name}`;
