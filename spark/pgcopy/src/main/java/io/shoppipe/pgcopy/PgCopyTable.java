package io.shoppipe.pgcopy;

import java.util.Arrays;
import java.util.Set;
import org.apache.spark.sql.connector.catalog.Column;
import org.apache.spark.sql.connector.catalog.SupportsWrite;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.connector.write.LogicalWriteInfo;
import org.apache.spark.sql.connector.write.WriteBuilder;
import org.apache.spark.sql.types.StructType;

/** What Spark sees of the target: a table that can be appended to. Its schema is the DataFrame's; the check comes with the write. */
final class PgCopyTable implements SupportsWrite {
  private final String table;
  private final Column[] columns;

  PgCopyTable(String table, StructType schema) {
    this.table = table;
    this.columns =
        Arrays.stream(schema.fields()).map(f -> Column.create(f.name(), f.dataType(), f.nullable())).toArray(Column[]::new);
  }

  @Override
  public String name() {
    return "pgcopy " + table;
  }

  @Override
  public Column[] columns() {
    return columns.clone();
  }

  @Override
  public Set<TableCapability> capabilities() {
    return Set.of(TableCapability.BATCH_WRITE, TableCapability.ACCEPT_ANY_SCHEMA);
  }

  @Override
  public WriteBuilder newWriteBuilder(LogicalWriteInfo info) {
    return new PgCopyWrite(info);
  }

  @Override
  public String toString() {
    return name();
  }
}
