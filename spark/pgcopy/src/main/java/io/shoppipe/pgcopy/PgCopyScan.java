package io.shoppipe.pgcopy;

import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.read.Batch;
import org.apache.spark.sql.connector.read.InputPartition;
import org.apache.spark.sql.connector.read.PartitionReader;
import org.apache.spark.sql.connector.read.PartitionReaderFactory;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.types.StructType;

/** One read: a partition for each query. Equal ones read the same. */
record PgCopyScan(ReadOptions options, StructType schema) implements Scan, Batch, PartitionReaderFactory {

  /** @param query what to read */
  record Part(String query) implements InputPartition {}

  @Override
  public StructType readSchema() {
    return schema;
  }

  /** Shown in plans: no option of the read. */
  @Override
  public String description() {
    return "pgcopy " + schema.simpleString();
  }

  @Override
  public Batch toBatch() {
    return this;
  }

  @Override
  public InputPartition[] planInputPartitions() {
    return options.queries().stream().map(Part::new).toArray(InputPartition[]::new);
  }

  @Override
  public PartitionReaderFactory createReaderFactory() {
    return this;
  }

  @Override
  public PartitionReader<InternalRow> createReader(InputPartition partition) {
    return new CopyReader(options, schema, ((Part) partition).query());
  }
}
