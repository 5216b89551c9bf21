package io.shoppipe.pgcopy;

import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.connector.read.SupportsPushDownRequiredColumns;
import org.apache.spark.sql.types.StructType;

/** Asks the server for those columns alone that Spark needs. */
final class PgCopyScanBuilder implements SupportsPushDownRequiredColumns {
  private final ReadOptions options;
  private StructType schema;

  PgCopyScanBuilder(ReadOptions options, StructType schema) {
    this.options = options;
    this.schema = schema;
  }

  @Override
  public void pruneColumns(StructType required) {
    schema = required;
  }

  /** @throws PgCopyException if a column has a type that can't be read */
  @Override
  public Scan build() {
    Decoders.of(schema);
    return new PgCopyScan(options, schema);
  }
}
