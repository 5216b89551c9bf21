/** What an answer means for the batch it is about. */
export type Verdict =
  | 'written'
  /** Not written or not known: the same bytes again, once the broker is well. */
  | 'again'
  /** Not written, nor will it be as it is: in two halves it may. */
  | 'too_large'
  /** Trying again cannot help. */
  | 'refused';

/** Error codes of a produce answer; whatever is not here is tried again. */
const meanings: Readonly<Record<number, { verdict: Verdict; text: string }>> = {
  0: { verdict: 'written', text: 'written' },
  // The broker has it, but no longer remembers at which offset.
  46: { verdict: 'written', text: 'written before' },
  10: { verdict: 'too_large', text: 'message too large' },
  18: { verdict: 'too_large', text: 'batch too large for a segment' },
  17: { verdict: 'refused', text: 'invalid topic' },
  29: { verdict: 'refused', text: 'not allowed to write to the topic' },
  31: { verdict: 'refused', text: 'not allowed to write to the cluster' },
  32: { verdict: 'refused', text: 'invalid timestamp' },
  35: { verdict: 'refused', text: 'the broker is older than Kafka 2.1' },
  43: { verdict: 'refused', text: 'message format not supported' },
  // One batch at a time is in flight, so the one before was acked: it is no longer there.
  45: { verdict: 'refused', text: 'events that it had acknowledged are gone' },
  59: { verdict: 'refused', text: 'it no longer knows this producer' },
  47: { verdict: 'refused', text: 'another producer has taken over this session' },
  87: { verdict: 'refused', text: 'invalid record' },
  3: { verdict: 'again', text: 'the topic is not there' },
  5: { verdict: 'again', text: 'the partition has no leader' },
  6: { verdict: 'again', text: 'the leader has moved' },
  7: { verdict: 'again', text: 'the replicas are late' },
  19: { verdict: 'again', text: 'too few replicas are in sync' },
  20: { verdict: 'again', text: 'too few replicas are in sync' },
  56: { verdict: 'again', text: "the broker's disk fails" },
};

export const meaningOf = (errorCode: number): { verdict: Verdict; text: string } =>
  meanings[errorCode] ?? { verdict: 'again', text: `error ${errorCode}` };
