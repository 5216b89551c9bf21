package io.shoppipe.pgcopy;

import org.apache.spark.sql.connector.write.BatchWrite;
import org.apache.spark.sql.connector.write.DataWriterFactory;
import org.apache.spark.sql.connector.write.PhysicalWriteInfo;
import org.apache.spark.sql.connector.write.WriterCommitMessage;

/** Protocol {@code stage}: the tasks fill the caller's staging table, the commit says which of them count. */
final class StageBatchWrite implements BatchWrite {
  private final WriteOptions options;
  private final CopyPlan plan;

  StageBatchWrite(WriteOptions options, CopyPlan plan) {
    this.options = options;
    this.plan = plan;
  }

  @Override
  public DataWriterFactory createBatchWriterFactory(PhysicalWriteInfo info) {
    Commits.requireFree(options.writeId());
    return new CopyWriterFactory(plan);
  }

  /**
   * Two attempts of a partition may both commit, as only one of their ids is ever merged. Spark's coordinator would add nothing, and
   * it fails the whole job when an attempt dies in its commit (SPARK-39195) where we can simply try again.
   */
  @Override
  public boolean useCommitCoordinator() {
    return false;
  }

  @Override
  public void commit(WriterCommitMessage[] messages) {
    Commits.put(options.writeId(), Winners.of(messages));
  }

  /** Rows that tasks left in the stage are no one's: their ids are never reported. */
  @Override
  public void abort(WriterCommitMessage[] messages) {}

  /** Shown in Spark's log. */
  @Override
  public String toString() {
    return "pgcopy stage into " + plan.into() + ", write " + options.writeId();
  }
}
