package io.shoppipe.pgcopy;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A table as the server's catalog describes it.
 *
 * @param schema as it is stored, unquoted
 * @param name as it is stored, unquoted
 * @param columns in their order
 */
record TargetTable(String schema, String name, List<TargetColumn> columns) {

  /** The name for SQL and for messages: both parts quoted. */
  String sqlName() {
    return Identifiers.qualified(schema, name);
  }

  Optional<TargetColumn> column(String columnName) {
    return columns.stream().filter(c -> c.name().equals(columnName)).findFirst();
  }

  String columnNames() {
    return columns.stream().map(TargetColumn::name).collect(Collectors.joining(", "));
  }
}
