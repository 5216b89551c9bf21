import type pg from 'pg';
import { type Check, counted, listed, passed } from '../check.ts';
import { ofThisLedger, rejectsKeptFrom } from '../stream/rejects.ts';

/** What every reject says whose message is a good event of products that the shop lacks. */
const unknownProduct = 'unknown_product';

/**
 * The rejects of a stream, to be met one by one in the messages: what the schema refuses must be among them, and they
 * must be what it refuses, or events of unknown products.
 */
export class RejectPositions {
  /** By partition and offset: its reason, of those not met yet. */
  readonly #unmet: Map<number, Map<number, string>>;
  /** By partition: at lower offsets retention may have taken some. */
  readonly #keptFrom: Map<number, number>;
  readonly #findings: string[] = [];
  #wrong = 0;
  #met = 0;

  private constructor(unmet: Map<number, Map<number, string>>, keptFrom: Map<number, number>) {
    this.#unmet = unmet;
    this.#keptFrom = keptFrom;
  }

  /** Those within the stream's ledger. */
  static async read(client: pg.Client, stream: string): Promise<RejectPositions> {
    const { rows } = await client.query<{ partition: number; offset: string; reason: string }>(
      `select kafka_partition as partition, kafka_offset as offset, reason
      from ops.streams
      join ops.stream_offsets on stream = name
      join ops.rejects on source = topic and kafka_partition = partition
        and kafka_offset >= first_offset and kafka_offset < next_offset
      where name = $1 and ${ofThisLedger}`,
      [stream],
    );
    const unmet = new Map<number, Map<number, string>>();
    for (const { partition, offset, reason } of rows)
      unmet.set(partition, (unmet.get(partition) ?? new Map<number, string>()).set(Number(offset), reason));
    return new RejectPositions(unmet, (await rejectsKeptFrom(client)).get(stream) ?? new Map());
  }

  /** Takes note of a message that the schema refuses. */
  refused(partition: number, offset: number, reason: string): void {
    const kept = this.#take(partition, offset);
    if (kept === undefined && offset < (this.#keptFrom.get(partition) ?? 0)) return;
    if (kept === undefined) this.#find(`${at(partition, offset)} (${reason}) is not in ops.rejects`);
    else if (kept.startsWith(unknownProduct))
      this.#find(`${at(partition, offset)} (${reason}) was rejected as ${kept}`);
  }

  /** Takes note of a message that the schema accepts; returns whether it was rejected for its products. */
  accepted(partition: number, offset: number): boolean {
    const kept = this.#take(partition, offset);
    if (kept === undefined) return false;
    const excused = kept.startsWith(unknownProduct);
    if (!excused) this.#find(`${at(partition, offset)} is an order event, but was rejected as ${kept}`);
    return excused;
  }

  /** Messages from before `offset` cannot be read any more. */
  gone(partition: number, offset: number): void {
    const unmet = this.#unmet.get(partition);
    for (const position of unmet?.keys() ?? []) if (position < offset) unmet?.delete(position);
  }

  check(): Check {
    for (const [partition, offsets] of this.#unmet)
      for (const offset of offsets.keys())
        this.#find(`${at(partition, offset)} is in ops.rejects, but not in Kafka`);
    const name = 'deep_rejects';
    const expected = counted(this.#met, 'rejected message');
    if (this.#wrong === 0) return passed(name, expected);
    return { name, ok: false, expected, actual: listed(this.#findings, this.#wrong) };
  }

  #take(partition: number, offset: number): string | undefined {
    const reason = this.#unmet.get(partition)?.get(offset);
    if (reason === undefined) return undefined;
    this.#unmet.get(partition)?.delete(offset);
    this.#met++;
    return reason;
  }

  #find(finding: string): void {
    this.#wrong++;
    if (this.#findings.length < 100) this.#findings.push(finding);
  }
}

const at = (partition: number, offset: number): string => `partition ${partition} offset ${offset}`;
