import { describe, expect, it } from 'vitest';
import { RestartPolicy, type Verdict } from '../../src/stream/policy.ts';

const killed = { kind: 'environment', code: 'spark_killed' };
const failed = { kind: 'environment', code: 'spark_failed' };

/** A policy whose clock the test moves. */
function policyAt(): { policy: RestartPolicy; pass: (ms: number) => void } {
  let now = 0;
  return { policy: new RestartPolicy(() => now), pass: (ms) => (now += ms) };
}

const pauses = (policy: RestartPolicy, endings: { kind: string; code: string }[]): (number | string)[] =>
  endings.map((ending) => {
    const verdict: Verdict = policy.ended(ending);
    return verdict.restart ? verdict.afterMs : verdict.why;
  });

describe('a driver that ended is started again', () => {
  it('after 1 s doubling, and not after the fifth failure in a row', () => {
    const { policy } = policyAt();
    expect(
      pauses(
        policy,
        Array.from({ length: 5 }, () => failed),
      ),
    ).toEqual([1000, 2000, 4000, 8000, 'exhausted']);
    expect(policy.failures).toBe(5);
  });

  it('at once where it was killed, the first time', () => {
    const { policy } = policyAt();
    expect(pauses(policy, [killed, killed, failed, killed])).toEqual([0, 1000, 4000, 4000]);
  });

  it('as if nothing had been, once a batch is committed', () => {
    const { policy } = policyAt();
    pauses(policy, [failed, failed, failed, failed]);
    policy.progress();
    expect(pauses(policy, [killed, failed])).toEqual([0, 2000]);
  });

  it('also when it ran for a minute with nothing to read', () => {
    const { policy, pass } = policyAt();
    for (let n = 0; n < 20; n++) {
      policy.running();
      pass(60_000);
      expect(policy.ended(killed)).toEqual({ restart: true, afterMs: 0 });
    }
    policy.running();
    pass(59_999);
    expect(policy.ended(killed)).toEqual({ restart: true, afterMs: 1000 });
  });

  it('measures that from when it began to run, not from when it last said so', () => {
    const { policy, pass } = policyAt();
    policy.ended(failed);
    policy.running();
    pass(40_000);
    policy.running();
    pass(20_000);
    expect(policy.ended(failed)).toEqual({ restart: true, afterMs: 1000 });
  });
});

describe('a driver that ended is not started again', () => {
  it.each([
    { kind: 'data', code: 'topic_changed' },
    { kind: 'data', code: 'gap' },
    { kind: 'usage', code: 'bad_where' },
    { kind: 'environment', code: 'superseded' },
    { kind: 'environment', code: 'stream_running' },
  ])('where the same would happen again: $code', (ending) => {
    expect(policyAt().policy.ended(ending)).toEqual({ restart: false, why: 'pointless' });
  });

  it('unless who holds the stream may be its own driver of before', () => {
    const { policy } = policyAt();
    policy.running();
    const running = { kind: 'environment', code: 'stream_running' };
    expect(pauses(policy, [killed, running, running, running, running])).toEqual([
      0,
      2000,
      4000,
      8000,
      'exhausted',
    ]);
  });
});
