/** A part of Airflow that beats like a heart. */
interface Beat {
  healthy: boolean;
  /** Milliseconds since 1970 of the last heartbeat; null for one that never ran. */
  at: number | null;
}

export interface AirflowPulse {
  ready: boolean;
  /** What was said, in a few words. */
  detail: string;
  scheduler: Beat;
  dagProcessor: Beat;
}

const none: Beat = { healthy: false, at: null };

/**
 * Asks an Airflow how it is, without logging in. `ready`: its API answers and reaches its database; the others by their
 * heartbeats, which are believed for half a minute.
 */
export async function probeAirflow(url: string, timeoutMs = 8_000): Promise<AirflowPulse> {
  const silent = (detail: string): AirflowPulse => ({
    ready: false,
    detail,
    scheduler: none,
    dagProcessor: none,
  });
  try {
    const response = await fetch(`${url}/api/v2/monitor/health`, {
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!response.ok) return silent(`its health page says ${response.status}`);
    const health = (await response.json()) as Record<string, Record<string, unknown> | undefined>;
    const status = (part: string): unknown => health[part]?.['status'];
    const ready = status('metadatabase') === 'healthy';
    const beat = (part: string): Beat => {
      const at = health[part]?.[`latest_${part}_heartbeat`];
      return {
        healthy: status(part) === 'healthy',
        at: typeof at === 'string' ? Date.parse(at) : null,
      };
    };
    return {
      ready,
      detail: ready ? 'answers' : 'it does not reach its database',
      scheduler: beat('scheduler'),
      dagProcessor: beat('dag_processor'),
    };
  } catch (error) {
    const { name, cause } = error as Error;
    const code = (cause as NodeJS.ErrnoException | undefined)?.code;
    return silent(code ?? (name === 'TimeoutError' ? 'no answer' : 'not Airflow'));
  }
}
