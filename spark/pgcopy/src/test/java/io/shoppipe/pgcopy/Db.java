package io.shoppipe.pgcopy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** The test database, and a schema of its own in it, dropped on close. Its name needs quoting on purpose. */
final class Db implements AutoCloseable {
  final String schema = "pgcopy Test\"" + UUID.randomUUID().toString().substring(0, 8);
  private final Connection connection;

  Db() throws SQLException {
    connection = DriverManager.getConnection(url(), user(), password());
    execute("set time zone 'UTC'");
    execute("create schema " + Identifiers.quote(schema));
  }

  static String url() {
    return environment("PGCOPY_TEST_URL");
  }

  static String user() {
    return environment("PGCOPY_TEST_USER");
  }

  static String password() {
    return environment("PGCOPY_TEST_PASSWORD");
  }

  private static String environment(String name) {
    String value = System.getenv(name);
    if (value == null) {
      throw new AssertionError(
          name + " is not set: these tests need PGCOPY_TEST_URL, PGCOPY_TEST_USER and PGCOPY_TEST_PASSWORD of an empty database");
    }
    return value;
  }

  /** A table of this schema as SQL names it. */
  String name(String table) {
    return Identifiers.qualified(schema, table);
  }

  void execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Creates {@code table} anew. @return its SQL name */
  String table(String table, String columns) throws SQLException {
    execute("drop table if exists " + name(table) + "; create table " + name(table) + " (" + columns + ")");
    return name(table);
  }

  /** Every row as the server prints it, columns joined by |, null as ∅. */
  List<String> rows(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      List<String> rows = new ArrayList<>();
      int columns = row.getMetaData().getColumnCount();
      while (row.next()) {
        List<String> values = new ArrayList<>();
        for (int i = 1; i <= columns; i++) {
          values.add(row.getString(i) == null ? "∅" : row.getString(i));
        }
        rows.add(String.join("|", values));
      }
      return rows;
    }
  }

  String value(String sql) throws SQLException {
    return rows(sql).get(0);
  }

  /** Stages of protocol append that are there now. */
  List<String> stages() throws SQLException {
    return rows(
        "select relname from pg_class where relnamespace = (select oid from pg_namespace where nspname = '"
            + schema.replace("'", "''") + "') and relname ~ '^pgcopy_[0-9a-f]{16}$' and relkind = 'r'");
  }

  @Override
  public void close() throws SQLException {
    execute("drop schema " + Identifiers.quote(schema) + " cascade");
    connection.close();
  }
}
