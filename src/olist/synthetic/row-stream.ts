import { CopyWriter } from './copy-writer.ts';

/** Rows of one table as bytes of PostgreSQL's binary COPY format, and how far they are. */
export abstract class RowStream implements AsyncIterable<Buffer> {
  /** Rows written so far. */
  rows = 0;
  /** Customers, products or orders (not their lines) written so far. */
  done = 0;
  /** How many of them there will be. */
  abstract readonly of: number;

  /** Writes what comes next: a customer, a product, or an order with all of its lines. */
  protected abstract write(out: CopyWriter): void;

  async *[Symbol.asyncIterator](): AsyncIterator<Buffer> {
    const out = new CopyWriter();
    while (this.done < this.of) {
      this.fill(out);
      if (out.full) yield out.take();
    }
    yield out.end();
  }

  private fill(out: CopyWriter): void {
    while (this.done < this.of && !out.full) {
      this.write(out);
      this.done++;
    }
  }
}
