package io.shoppipe.pgcopy;

import java.util.List;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.codegen.UnsafeRowWriter;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.types.StructType;

/** Reads the rows of one task attempt. The row is the same object each time, as Spark's own readers have it. */
final class CopyReader implements PartitionReader<InternalRow> {
  /** Signature, flags, length of the header's extension. */
  private static final int HEADER = 19;

  private final Decoders.Column[] columns;
  private final UnsafeRowWriter row;
  private final CopySource source;
  private boolean done;

  CopyReader(ReadOptions options, StructType schema, String query) {
    List<Decoders.Column> all = Decoders.of(schema);
    this.columns = all.toArray(Decoders.Column[]::new);
    this.row = new UnsafeRowWriter(columns.length);
    this.source =
        new CopySource(
            options,
            "copy (select " + Decoders.selectList(all) + " from (" + query + ") as source) to stdout (format binary)");
    skipHeader();
  }

  private void skipHeader() {
    try {
      source.need(HEADER);
      int extension = Bytes.intAt(source.bytes(), source.position() + HEADER - 4);
      source.need(HEADER + extension);
      source.skip(HEADER + extension);
    } catch (PgCopyException e) {
      // nobody closes a reader that was never made
      source.close();
      throw e;
    }
  }

  /** @throws PgCopyException naming column and value if Spark can't hold it */
  @Override
  public boolean next() {
    if (done) {
      return false;
    }
    source.need(2);
    int fields = Bytes.shortAt(source.bytes(), source.position());
    source.skip(2);
    if (fields < 0) {
      done = true;
      source.finish();
      return false;
    }
    if (fields != columns.length) {
      throw new PgCopyException("the server sent " + fields + " fields of " + columns.length);
    }
    row.reset();
    row.zeroOutNullBytes();
    for (int i = 0; i < columns.length; i++) {
      field(i);
    }
    return true;
  }

  private void field(int i) {
    source.need(4);
    int length = Bytes.intAt(source.bytes(), source.position());
    source.skip(4);
    if (length < 0) {
      row.setNullAt(i);
      return;
    }
    source.need(length);
    try {
      columns[i].decoder().decode(source.bytes(), source.position(), length, row, i);
    } catch (ValueException e) {
      throw new PgCopyException(
          "column " + Identifiers.quote(columns[i].name()) + " (" + columns[i].sqlType() + "): " + e.getMessage());
    }
    source.skip(length);
  }

  @Override
  public InternalRow get() {
    return row.getRow();
  }

  /** A read that was not taken to its end, such as for a limit, drops its connection. */
  @Override
  public void close() {
    source.close();
  }
}
