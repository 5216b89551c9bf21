package io.shoppipe.pgcopy;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The unlogged staging tables of protocol {@code append}: {@code pgcopy_<16 hex digits>}, with a comment that names the target.
 *
 * <p>A live one is guarded by a session advisory lock of the driver that uses it, key {@code hashtextextended('pgcopy:' || name, 0)}. The
 * server frees the lock with the session, so one whose lock is free was left behind by a driver that died.
 */
final class StageTable {
  private StageTable() {}

  private static final Logger LOG = LoggerFactory.getLogger(StageTable.class);
  private static final String TRY_LOCK = "select pg_try_advisory_lock(hashtextextended('pgcopy:' || ?, 0))";
  private static final String UNLOCK = "select pg_advisory_unlock(hashtextextended('pgcopy:' || ?, 0))";
  private static final String OURS =
      """
      select c.relname
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = ? and c.relkind = 'r' and c.relpersistence = 'u' and c.relname ~ '^pgcopy_[0-9a-f]{16}$'
        and obj_description(c.oid, 'pg_class') = ? and pg_has_role(c.relowner, 'usage')
      """;

  static String newName() {
    return "pgcopy_" + UUID.randomUUID().toString().replace("-", "").substring(0, 16);
  }

  private static String comment(String target) {
    return "pgcopy stage of " + target;
  }

  /** Locks, then creates: there is no moment when a sweep could take the new table for an orphan. */
  static void create(Connection connection, String schema, String name, String target, List<PlannedColumn> columns)
      throws SQLException {
    if (!lock(connection, name)) {
      throw new PgCopyException("the lock of the new stage " + name + " is taken");
    }
    String definitions =
        columns.stream().map(c -> Identifiers.quote(c.name()) + " " + c.typeName() + ", ").collect(Collectors.joining());
    String table = Identifiers.qualified(schema, name);
    try (Statement statement = connection.createStatement()) {
      // No vacuum: the table lives for one write. One round trip is one transaction: no table is left without its comment.
      statement.execute(
          "create unlogged table " + table + " (" + definitions + CopyPlan.TASK_COLUMN
              + " bigint not null) with (autovacuum_enabled = false); comment on table " + table + " is "
              + literal(comment(target)));
    }
  }

  private static String literal(String text) {
    // E'' with both escapes doubled reads the same whatever standard_conforming_strings says
    return "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'";
  }

  /** Drops the stages of this target whose driver is gone. Never fails the write. */
  static void sweep(Connection connection, String schema, String target) {
    try {
      for (String name : named(connection, schema, target)) {
        if (lock(connection, name)) {
          try {
            if (drop(connection, schema, name)) {
              LOG.info("pgcopy: dropped the orphaned stage {}", Identifiers.qualified(schema, name));
            }
          } finally {
            unlock(connection, name);
          }
        }
      }
    } catch (SQLException e) {
      LOG.warn("pgcopy: could not sweep orphaned stages of {}: {}", target, e.getMessage());
    }
  }

  /**
   * Drops a stage; false if that has to be left to a later sweep. A task that lost but has not noticed yet may hold the table: it is
   * waited for briefly, as by then the rows are either published or given up.
   */
  static boolean drop(Connection connection, String schema, String name) {
    String table = Identifiers.qualified(schema, name);
    try (Statement statement = connection.createStatement()) {
      statement.execute("set lock_timeout = '2s'");
      try {
        statement.execute("drop table if exists " + table);
      } finally {
        // after a sweep the same connection goes on to publish, which waits as long as the user's settings say
        statement.execute("reset lock_timeout");
      }
      return true;
    } catch (SQLException e) {
      leave(table, e);
      return false;
    }
  }

  static void leave(String table, Exception why) {
    LOG.warn("pgcopy: could not drop the stage {}, the next write to its target will: {}", table, why.getMessage());
  }

  private static List<String> named(Connection connection, String schema, String target) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(OURS)) {
      statement.setString(1, schema);
      statement.setString(2, comment(target));
      List<String> names = new ArrayList<>();
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          names.add(row.getString(1));
        }
      }
      return names;
    }
  }

  private static boolean lock(Connection connection, String name) throws SQLException {
    return call(connection, TRY_LOCK, name);
  }

  private static void unlock(Connection connection, String name) throws SQLException {
    call(connection, UNLOCK, name);
  }

  private static boolean call(Connection connection, String sql, String name) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setString(1, name);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }
}
