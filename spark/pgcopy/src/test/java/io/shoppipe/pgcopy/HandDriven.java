package io.shoppipe.pgcopy;

import java.util.HashMap;
import java.util.Map;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.connector.write.BatchWrite;
import org.apache.spark.sql.connector.write.DataWriter;
import org.apache.spark.sql.connector.write.DataWriterFactory;
import org.apache.spark.sql.connector.write.LogicalWriteInfo;
import org.apache.spark.sql.connector.write.WriterCommitMessage;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import org.apache.spark.unsafe.types.UTF8String;

/** One write driven as Spark would drive it, so that a test decides which attempt does what and when. Columns: id bigint, v string. */
final class HandDriven {
  final BatchWrite write;
  private DataWriterFactory factory;

  HandDriven(String table, Map<String, String> more) {
    Map<String, String> options = new HashMap<>(Map.of("url", Db.url(), "user", Db.user(), "password", Db.password(), "table", table));
    options.putAll(more);
    StructType schema = StructType.fromDDL("id bigint, v string");
    LogicalWriteInfo info =
        new LogicalWriteInfo() {
          @Override
          public CaseInsensitiveStringMap options() {
            return new CaseInsensitiveStringMap(options);
          }

          @Override
          public String queryId() {
            return "by hand";
          }

          @Override
          public StructType schema() {
            return schema;
          }
        };
    PgCopyTable target = (PgCopyTable) new PgCopyProvider().getTable(schema, new Transform[0], options);
    write = target.newWriteBuilder(info).build().toBatch();
  }

  HandDriven start() {
    factory = write.createBatchWriterFactory(() -> 2);
    return this;
  }

  /** An attempt that has written ids {@code from} to {@code to - 1}, not yet committed. */
  DataWriter<InternalRow> attempt(int partition, long task, int from, int to) throws Exception {
    DataWriter<InternalRow> writer = factory.createWriter(partition, task);
    for (long id = from; id < to; id++) {
      writer.write(new GenericInternalRow(new Object[] {id, UTF8String.fromString("v" + id)}));
    }
    return writer;
  }

  static WriterCommitMessage commit(DataWriter<InternalRow> writer) throws Exception {
    try (writer) {
      return writer.commit();
    }
  }
}
