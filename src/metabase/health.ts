import { inStep } from '../progress.ts';
import type { MetabaseClient } from './client.ts';
import { notMetabase, stillStarting, unreachable } from './client-error.ts';
import { type MetabasePulse, probeMetabase } from './probe.ts';

/**
 * Waits while Metabase starts, which may take minutes: it says 503 then. Where nobody listens it is waited for only if a
 * process of ours is about to.
 *
 * @throws ShopPipeError `metabase_unreachable`, `metabase_starting` after `patienceMs`, `metabase_not_understood`
 */
export async function waitHealthy(client: MetabaseClient, patienceMs: number): Promise<void> {
  const first = await probeMetabase(client.url);
  if (first.state === 'ready') return;
  refuse(client, first, false);
  await inStep(client.progress, 'waiting for Metabase', async (step) => {
    const deadline = performance.now() + patienceMs;
    for (let pulse = first; !pulse.ready; pulse = await probeMetabase(client.url)) {
      refuse(client, pulse, true);
      if (performance.now() >= deadline) throw stillStarting(client.url, pulse.detail);
      step.advance(0, pulse.detail);
      await client.rest(Math.min(1_000, Math.max(1, deadline - performance.now())));
    }
  });
}

/** @param seen whether it was starting a moment ago: then it may be silent for once. */
function refuse(client: MetabaseClient, { state, detail }: MetabasePulse, seen: boolean): void {
  if (state === 'other') throw notMetabase(client.url, detail);
  if (state === 'silent' && !seen && !client.starting())
    throw unreachable(client.url, new Error(detail), false);
}
