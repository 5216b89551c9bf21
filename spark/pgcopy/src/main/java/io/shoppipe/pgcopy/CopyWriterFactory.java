package io.shoppipe.pgcopy;

import java.io.Serial;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.write.DataWriter;
import org.apache.spark.sql.connector.write.DataWriterFactory;

/** Makes one writer per task attempt, on the executor. */
final class CopyWriterFactory implements DataWriterFactory {
  @Serial private static final long serialVersionUID = 1L;

  private final CopyPlan plan;

  CopyWriterFactory(CopyPlan plan) {
    this.plan = plan;
  }

  /** @param taskId unique per attempt in a Spark application, unlike the partition or the attempt number */
  @Override
  public DataWriter<InternalRow> createWriter(int partitionId, long taskId) {
    return new CopyWriter(plan, partitionId, taskId);
  }
}
