package io.shoppipe.pgcopy;

import java.util.UUID;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.write.DataWriter;
import org.apache.spark.sql.connector.write.WriterCommitMessage;

/** Writes the rows of one task attempt. Each row carries the attempt's id, so that a loser's rows can be told from a winner's. */
final class CopyWriter implements DataWriter<InternalRow> {
  private final CopyPlan plan;
  private final PlannedColumn[] columns;
  private final ColumnEncoder[] encoders;
  private final int partition;
  private final long task;
  private final int fields;
  private final CopyBuffer buffer;
  // Opened by the first row: most partitions of a shuffle may be empty.
  private CopyStream stream;
  private long rows;

  CopyWriter(CopyPlan plan, int partition, long task) {
    this.plan = plan;
    this.columns = plan.columns().toArray(PlannedColumn[]::new);
    this.encoders = plan.columns().stream().map(PlannedColumn::encoder).toArray(ColumnEncoder[]::new);
    this.partition = partition;
    this.task = task;
    this.fields = columns.length + (plan.writeTag() == null ? 1 : 2);
    this.buffer = new CopyBuffer(plan.batchBytes() + 4096);
  }

  /** @throws PgCopyException naming column and value if the target can't hold it */
  @Override
  public void write(InternalRow row) {
    if (stream == null) {
      stream = new CopyStream(plan);
      CopyStream.putHeader(buffer);
    }
    buffer.putShort(fields);
    int i = 0;
    try {
      for (; i < encoders.length; i++) {
        if (!row.isNullAt(i)) {
          encoders[i].encode(row, i, buffer);
        } else if (columns[i].notNull()) {
          throw new ValueException("is not allowed in a not-null column", null);
        } else {
          buffer.putInt(-1);
        }
      }
    } catch (ValueException e) {
      throw new PgCopyException(
          "column " + Identifiers.quote(columns[i].name()) + " (" + columns[i].typeName() + ") of " + plan.target() + ": "
              + e.getMessage() + " [row " + (rows + 1) + " of partition " + partition + "]");
    }
    putTags();
    rows++;
    if (buffer.size() >= plan.batchBytes()) {
      stream.send(buffer);
    }
  }

  private void putTags() {
    buffer.putInt(8);
    buffer.putLong(task);
    UUID write = plan.writeTag();
    if (write != null) {
      buffer.putInt(16);
      buffer.putLong(write.getMostSignificantBits());
      buffer.putLong(write.getLeastSignificantBits());
    }
  }

  /** Ends and commits the COPY. The rows count only when the driver names this attempt a winner. */
  @Override
  public WriterCommitMessage commit() {
    if (stream == null) {
      return new TaskCommit(partition, task, 0, 0);
    }
    // the trailer: a row of -1 fields
    buffer.putShort(-1);
    stream.send(buffer);
    long stored = stream.finish();
    if (stored != rows) {
      throw new PgCopyException("copy into " + plan.into() + " stored " + stored + " of " + rows + " rows (a trigger?)");
    }
    stream.release();
    return new TaskCommit(partition, task, rows, stream.bytes());
  }

  @Override
  public void abort() {
    if (stream != null) {
      stream.cancel();
    }
  }

  /** After commit or abort. Alone, it drops the connection, and with it whatever was not committed; a released one stays. */
  @Override
  public void close() {
    if (stream != null) {
      stream.cancel();
    }
  }
}
