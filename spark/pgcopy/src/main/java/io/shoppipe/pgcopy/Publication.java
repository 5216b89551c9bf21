package io.shoppipe.pgcopy;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** Moves the winners' rows from a stage into the target: one transaction, whose outcome is known even if the connection breaks. */
final class Publication {
  private final ConnectionSettings settings;
  private final String stage;
  private final String target;
  private final List<String> columns;

  Publication(ConnectionSettings settings, String stage, String target, List<String> columns) {
    this.settings = settings;
    this.stage = stage;
    this.target = target;
    this.columns = columns;
  }

  /**
   * @throws PgCopyException if nothing was published: an error of the server, or fewer rows than the tasks reported (an unlogged table is
   *     empty after a crash of the server); its message says so where the outcome could not be found out
   */
  void publish(Connection connection, List<TaskCommit> winners) {
    String transaction = null;
    try {
      connection.setAutoCommit(false);
      transaction = transactionId(connection);
      long inserted = insert(connection, winners);
      long reported = Winners.rows(winners);
      if (inserted != reported) {
        rollback(connection);
        throw new PgCopyException(
            "the tasks staged " + reported + " rows for " + target + ", but " + inserted
                + " were there to insert: the server restarted meanwhile, or a trigger drops rows; nothing was written");
      }
    } catch (SQLException e) {
      rollback(connection);
      throw PgCopyException.sql("inserting into " + target, e);
    }
    try {
      connection.commit();
      connection.setAutoCommit(true);
    } catch (SQLException e) {
      if (!committed(transaction, e)) {
        throw PgCopyException.sql("committing the rows of " + target, e);
      }
    }
  }

  private long insert(Connection connection, List<TaskCommit> winners) throws SQLException {
    String names = Identifiers.list(columns);
    String sql =
        "insert into " + target + " (" + names + ") select " + names + " from " + stage + " where " + CopyPlan.TASK_COLUMN + " = any (?)";
    Long[] tasks = winners.stream().map(TaskCommit::task).toArray(Long[]::new);
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setArray(1, connection.createArrayOf("int8", tasks));
      return statement.executeLargeUpdate();
    }
  }

  /** Back to auto-commit too: dropping the stage comes next. */
  private static void rollback(Connection connection) {
    try {
      connection.rollback();
      connection.setAutoCommit(true);
    } catch (SQLException e) {
      // the connection is gone and the transaction with it
    }
  }

  private static String transactionId(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select pg_current_xact_id()::text")) {
      row.next();
      return row.getString(1);
    }
  }

  /** Asks the server on a new connection what became of a commit that got no answer. */
  private boolean committed(String transaction, SQLException lost) {
    try (Connection connection = settings.open();
        PreparedStatement statement = connection.prepareStatement("select pg_xact_status(?::xid8)")) {
      statement.setString(1, transaction);
      for (int attempt = 0; attempt < 100; attempt++) {
        try (ResultSet row = statement.executeQuery()) {
          String status = row.next() ? row.getString(1) : null;
          if (!"in progress".equals(status)) {
            return "committed".equals(status);
          }
        }
        Thread.sleep(100);
      }
    } catch (SQLException | PgCopyException e) {
      lost.addSuppressed(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new PgCopyException(
        "lost the connection while committing the rows of " + target + "; whether transaction " + transaction
            + " was committed is unknown: select pg_xact_status('" + transaction + "') tells", lost);
  }
}
