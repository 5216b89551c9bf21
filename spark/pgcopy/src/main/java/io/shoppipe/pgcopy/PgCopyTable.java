package io.shoppipe.pgcopy;

import java.util.Arrays;
import java.util.Set;
import org.apache.spark.sql.connector.catalog.Column;
import org.apache.spark.sql.connector.catalog.SupportsRead;
import org.apache.spark.sql.connector.catalog.SupportsWrite;
import org.apache.spark.sql.connector.catalog.TableCapability;
import org.apache.spark.sql.connector.read.ScanBuilder;
import org.apache.spark.sql.connector.write.LogicalWriteInfo;
import org.apache.spark.sql.connector.write.WriteBuilder;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * What Spark sees: of a write's target a table that can be appended to, of a read a query. Its schema is the DataFrame's, or the one
 * that the read was given; the check comes with the write or the scan.
 */
final class PgCopyTable implements SupportsRead, SupportsWrite {
  private final String table;
  private final StructType schema;
  private final Column[] columns;

  PgCopyTable(String table, StructType schema) {
    this.table = table;
    this.schema = schema;
    this.columns =
        Arrays.stream(schema.fields()).map(f -> Column.create(f.name(), f.dataType(), f.nullable())).toArray(Column[]::new);
  }

  @Override
  public String name() {
    return table.isEmpty() ? "pgcopy" : "pgcopy " + table;
  }

  @Override
  public Column[] columns() {
    return columns.clone();
  }

  @Override
  public Set<TableCapability> capabilities() {
    return Set.of(TableCapability.BATCH_READ, TableCapability.BATCH_WRITE, TableCapability.ACCEPT_ANY_SCHEMA);
  }

  @Override
  public ScanBuilder newScanBuilder(CaseInsensitiveStringMap options) {
    return new PgCopyScanBuilder(ReadOptions.of(options), schema);
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
