export interface MetabasePulse {
  /** starting: it says so itself, or what stands before it does; silent: nobody listens; other: somebody else answers. */
  state: 'ready' | 'starting' | 'silent' | 'other';
  ready: boolean;
  /** What was said, in a few words. */
  detail: string;
}

/** Asks a Metabase how it is, without logging in. */
export async function probeMetabase(url: string, timeoutMs = 8_000): Promise<MetabasePulse> {
  const pulse = (state: MetabasePulse['state'], detail: string): MetabasePulse => ({
    state,
    ready: state === 'ready',
    detail,
  });
  try {
    const response = await fetch(`${url}/api/health`, {
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const { status: said, progress } = (await response.json().catch(() => ({}))) as Record<string, unknown>;
    if (response.ok && said === 'ok') return pulse('ready', 'answers');
    if (response.status === 429 || (response.status >= 502 && response.status <= 504)) {
      const done = typeof progress === 'number' ? `, ${Math.round(100 * progress)} % done` : '';
      return pulse('starting', `${typeof said === 'string' ? said : `it says ${response.status}`}${done}`);
    }
    return pulse('other', `its health page says ${response.status}`);
  } catch (error) {
    const { name, cause } = error as Error;
    const code = (cause as NodeJS.ErrnoException | undefined)?.code;
    return pulse('silent', code ?? (name === 'TimeoutError' ? 'no answer' : 'not Metabase'));
  }
}
