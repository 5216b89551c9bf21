package io.shoppipe.pgcopy;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.apache.spark.sql.connector.write.BatchWrite;
import org.apache.spark.sql.connector.write.DataWriterFactory;
import org.apache.spark.sql.connector.write.PhysicalWriteInfo;
import org.apache.spark.sql.connector.write.WriterCommitMessage;

/** Protocol {@code append}: the tasks fill a staging table of this write's own, the commit moves the winners' rows into the target. */
final class AppendBatchWrite implements BatchWrite {
  private final ConnectionSettings settings;
  private final String stageSchema;
  private final String stageName;
  private final CopyPlan plan;
  // Holds the stage's lock from the first task to the commit. Null before and after.
  private Connection connection;

  /** @param plan with {@code into} being the stage, which does not exist yet */
  AppendBatchWrite(ConnectionSettings settings, String stageSchema, String stageName, CopyPlan plan) {
    this.settings = settings;
    this.stageSchema = stageSchema;
    this.stageName = stageName;
    this.plan = plan;
  }

  @Override
  public DataWriterFactory createBatchWriterFactory(PhysicalWriteInfo info) {
    connection = settings.open();
    try {
      StageTable.sweep(connection, stageSchema, plan.target());
      StageTable.create(connection, stageSchema, stageName, plan.target(), plan.columns());
      return new CopyWriterFactory(plan);
    } catch (SQLException e) {
      close();
      throw PgCopyException.sql("creating the stage " + plan.into(), e);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** See {@link StageBatchWrite#useCommitCoordinator()}. */
  @Override
  public boolean useCommitCoordinator() {
    return false;
  }

  @Override
  public void commit(WriterCommitMessage[] messages) {
    List<String> columns = plan.columns().stream().map(PlannedColumn::name).toList();
    new Publication(settings, plan.into(), plan.target(), columns).publish(live(), Winners.of(messages));
    // From here on nothing may fail: the rows are in, and a caller who sees an error would write them again.
    discard();
  }

  @Override
  public void abort(WriterCommitMessage[] messages) {
    discard();
  }

  /** Shown in Spark's log. */
  @Override
  public String toString() {
    return "pgcopy append to " + plan.target();
  }

  /** The connection, or a new one if it died while the tasks ran: the stage is there still, unless a sweep came in between. */
  private Connection live() {
    try {
      if (!connection.isValid(5)) {
        close();
        connection = settings.open();
      }
    } catch (SQLException e) {
      throw PgCopyException.sql("using the connection to " + settings, e);
    }
    return connection;
  }

  private void discard() {
    if (connection == null) {
      return;
    }
    try {
      StageTable.drop(live(), stageSchema, stageName);
    } catch (PgCopyException e) {
      StageTable.leave(plan.into(), e);
    } finally {
      close();
    }
  }

  private void close() {
    try {
      if (connection != null) {
        connection.close();
      }
    } catch (SQLException e) {
      // the server frees the lock with the session, however that ends
    } finally {
      connection = null;
    }
  }
}
