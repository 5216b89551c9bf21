/**
 * Says how many events are due, by an absolute clock: a late tick hands out what it missed, so no error adds up
 * (`setInterval` alone misses a rate by 8-16 %).
 *
 * The asked rate is a promise only while Kafka keeps up. What is due but not acked may never exceed a cap; what the
 * clock would add beyond it is written off for good and shows in `missed`, so that after an outage at most the cap is
 * caught up and the rate is the asked one again, not a flood.
 */
export class Pacer {
  readonly #perSecond: number;
  readonly #limit: number;
  readonly #endSeconds: number;
  #handedOut = 0;
  #missed = 0;

  /** @param limit events in all, and seconds after which the clock stands still; Infinity for none. */
  constructor(perSecond: number, limit: { count: number; seconds: number }) {
    this.#perSecond = perSecond;
    this.#limit = limit.count;
    this.#endSeconds = limit.seconds;
  }

  /**
   * How many events to make now; they count as handed out.
   *
   * @param elapsed seconds since the start.
   * @param room how many more may wait for their ack.
   */
  take(elapsed: number, room: number): number {
    const due = Math.floor(Math.min(elapsed, this.#endSeconds) * this.#perSecond + rounding);
    const owed = Math.min(due - this.#missed, this.#limit) - this.#handedOut;
    const granted = Math.max(0, Math.min(owed, room));
    this.#handedOut += granted;
    this.#missed += Math.max(0, owed - granted);
    return granted;
  }

  /** Whether no event will become due any more. */
  finished(elapsed: number): boolean {
    return this.#handedOut >= this.#limit || elapsed >= this.#endSeconds;
  }

  get handedOut(): number {
    return this.#handedOut;
  }

  /** Events that were due and never made, because the cap was reached. */
  get missed(): number {
    return this.#missed;
  }
}

/** 0.29 s × 100/s is 28.999999999999996. */
const rounding = 1e-9;

/** How many events may be made and not acked: five seconds' worth, within what memory and a full batch ask for. */
export function backlogCap(perSecond: number): number {
  return Math.ceil(Math.min(20_000, Math.max(1_000, perSecond * 5)));
}
