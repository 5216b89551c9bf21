package io.shoppipe.pgcopy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.sql.connector.write.WriterCommitMessage;

/** The attempts whose rows count: Spark hands the driver one message per partition. */
final class Winners {
  private Winners() {}

  static List<TaskCommit> of(WriterCommitMessage[] messages) {
    List<TaskCommit> winners = new ArrayList<>();
    for (WriterCommitMessage message : messages) {
      // Spark documents that a message may be null
      if (message != null) {
        winners.add((TaskCommit) message);
      }
    }
    winners.sort(Comparator.comparingInt(TaskCommit::partition));
    return winners;
  }

  static long rows(List<TaskCommit> winners) {
    return winners.stream().mapToLong(TaskCommit::rows).sum();
  }
}
