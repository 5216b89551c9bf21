package io.shoppipe.pgcopy;

import org.apache.spark.sql.connector.write.WriterCommitMessage;

/**
 * What a task attempt that finished tells the driver.
 *
 * @param partition of the DataFrame
 * @param task Spark's id of the attempt, which its rows carry in {@code pgcopy_task}
 * @param rows stored
 * @param bytes sent
 */
public record TaskCommit(int partition, long task, long rows, long bytes) implements WriterCommitMessage {

  /** This attempt in the report of {@link Commits#take}. */
  String toJson() {
    return "{\"partition\":" + partition + ",\"task\":" + task + ",\"rows\":" + rows + "}";
  }
}
