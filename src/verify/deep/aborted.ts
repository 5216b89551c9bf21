/** A record as kafkajs decodes it; the context is that of the batch that it came in. */
export interface Fetched {
  offset: string;
  key: Buffer | null;
  value: Buffer | null;
  isControlRecord?: boolean;
  batchContext?: {
    firstOffset: string;
    lastOffsetDelta: number;
    producerId: string;
    inTransaction: boolean;
  };
}

/** A transaction that ended by an abort, and reaches into what was fetched. */
export interface AbortedTransaction {
  producerId: string;
  firstOffset: string;
}

/** The key of a control record: its version, and 0 for the mark of an abort, each an int16. */
const isAbort = ({ isControlRecord, key }: Fetched): boolean =>
  isControlRecord === true && key !== null && key.length >= 4 && key.readInt16BE(2) === 0;

/**
 * The messages among fetched records as `read_committed` has them: without the marks of transactions, and without what
 * aborted ones wrote. A broker sends that along, for the reader to leave out.
 */
export function committedOf(
  fetched: readonly Fetched[],
  aborted: readonly AbortedTransaction[] | null,
): Fetched[] {
  const coming = (aborted ?? []).toSorted((a, b) => Number(a.firstOffset) - Number(b.firstOffset));
  const aborting = new Set<string>();
  return fetched.filter((record) => {
    while (coming[0] !== undefined && Number(coming[0].firstOffset) <= Number(record.offset))
      aborting.add(coming.shift()?.producerId ?? '');
    const { producerId = '', inTransaction = false } = record.batchContext ?? {};
    if (isAbort(record)) aborting.delete(producerId);
    return !record.isControlRecord && !(inTransaction && aborting.has(producerId));
  });
}
