/**
 * A line of log for people: what structlog writes as JSON (Airflow) as time, level, event and the rest; any other as it
 * is.
 */
export function readableLine(line: string): string {
  if (!line.startsWith('{')) return line;
  let record: Record<string, unknown>;
  try {
    record = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return line;
  }
  const { timestamp, level, event, exception, error_detail: detail, ...rest } = record;
  if (typeof event !== 'string') return line;
  const failure = failureOf(exception ?? detail);
  const others = Object.entries(rest)
    .filter(([name]) => !boring.has(name))
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  return [timestamp, level, event.trim(), ...others, failure]
    .filter((part) => typeof part === 'string' && part !== '')
    .join(' ')
    .replace(/\s*\n\s*/g, ' | ');
}

/** Where in Airflow's own source it was written. */
const boring = new Set(['logger', 'loc', 'lineno', 'filename', 'func_name', 'module']);

/** The last exception of a chain, as `Type: message`. */
function failureOf(chain: unknown): string | undefined {
  if (!Array.isArray(chain)) return typeof chain === 'string' ? chain : undefined;
  const { exc_type: type, exc_value: value } = (chain.at(-1) ?? {}) as Record<string, unknown>;
  return typeof type === 'string' ? `${type}: ${typeof value === 'string' ? value : ''}` : undefined;
}
