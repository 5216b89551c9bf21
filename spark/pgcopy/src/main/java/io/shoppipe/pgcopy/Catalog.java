package io.shoppipe.pgcopy;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Reads what the target looks like from the server's catalog; the driver does it once per write. */
final class Catalog {
  private Catalog() {}

  // to_regclass reads the name as SQL does: quotes, folding to lower case, search_path
  private static final String TABLE =
      """
      select n.nspname, c.relname, c.relkind, c.oid
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.oid = to_regclass(?)::oid
      """;

  // A domain takes the binary form of the type below it; the innermost typmod counts, as the outer ones are -1.
  // A domain's own default or not-null counts like the column's.
  private static final String COLUMNS =
      """
      with recursive typed as (
        select a.attnum, a.attname, a.attidentity, a.attgenerated, format_type(a.atttypid, a.atttypmod) as type_name,
               a.attnotnull as not_null, a.atthasdef as has_default, a.atttypid as type_oid, a.atttypmod as typmod
        from pg_attribute a
        where a.attrelid = ?::oid and a.attnum > 0 and not a.attisdropped
        union all
        select c.attnum, c.attname, c.attidentity, c.attgenerated, c.type_name,
               c.not_null or t.typnotnull, c.has_default or t.typdefault is not null, t.typbasetype, t.typtypmod
        from typed c join pg_type t on t.oid = c.type_oid
        where t.typtype = 'd'
      )
      select c.attname, c.type_name, c.type_oid, c.typmod, t.typtype = 'e' as is_enum,
             case when t.typcategory = 'A' then t.typelem else 0 end as element_oid,
             c.not_null, c.has_default or c.attidentity <> '' as has_default,
             c.attidentity = 'a' or c.attgenerated <> '' as generated_always
      from typed c join pg_type t on t.oid = c.type_oid
      where t.typtype <> 'd'
      order by c.attnum
      """;

  /**
   * @param table an SQL name, quoted where it needs to be
   * @throws PgCopyException if there is no such table or it is no table that COPY can write
   */
  static TargetTable read(Connection connection, String table) {
    try (PreparedStatement statement = connection.prepareStatement(TABLE)) {
      statement.setString(1, table);
      try (ResultSet found = statement.executeQuery()) {
        if (!found.next()) {
          throw new PgCopyException("there is no table " + table + " (or no right to see it)");
        }
        String kind = found.getString("relkind");
        if (!kind.equals("r") && !kind.equals("p")) {
          throw new PgCopyException(table + " is no table (relkind " + kind + ")");
        }
        return new TargetTable(
            found.getString("nspname"), found.getString("relname"), columns(connection, found.getLong("oid")));
      }
    } catch (SQLException e) {
      throw PgCopyException.sql("reading the columns of " + table, e);
    }
  }

  private static List<TargetColumn> columns(Connection connection, long table) throws SQLException {
    List<TargetColumn> columns = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(COLUMNS)) {
      statement.setLong(1, table);
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          columns.add(
              new TargetColumn(
                  row.getString("attname"),
                  row.getString("type_name"),
                  (int) row.getLong("type_oid"),
                  row.getInt("typmod"),
                  row.getBoolean("is_enum"),
                  (int) row.getLong("element_oid"),
                  row.getBoolean("not_null"),
                  row.getBoolean("has_default"),
                  row.getBoolean("generated_always")));
        }
      }
    }
    return columns;
  }
}
