package io.shoppipe.pgcopy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Finds the target column for each DataFrame column. Everything that can be wrong with a schema is said here, before any task runs. */
final class ColumnMapping {
  private ColumnMapping() {}

  /**
   * @param reserved columns that the sink fills itself
   * @return in the DataFrame's order
   */
  static List<PlannedColumn> of(StructType schema, TargetTable target, Set<String> reserved) {
    if (schema.isEmpty()) {
      throw new PgCopyException("the DataFrame has no columns");
    }
    List<PlannedColumn> planned = new ArrayList<>();
    Set<String> taken = new HashSet<>();
    for (StructField field : schema.fields()) {
      TargetColumn column = find(field.name(), target);
      String both = "column " + Identifiers.quote(field.name()) + " (" + field.dataType().sql() + ")";
      if (reserved.contains(column.name())) {
        throw new PgCopyException(both + ": " + column.name() + " is filled by pgcopy");
      }
      if (!taken.add(column.name())) {
        throw new PgCopyException(both + ": " + Identifiers.quote(column.name()) + " of " + target.sqlName() + " is given twice");
      }
      if (column.generatedAlways()) {
        throw new PgCopyException(both + ": " + target.sqlName() + " generates that column always; it can't be written");
      }
      ColumnEncoder encoder = Encoders.choose(field.dataType(), column);
      if (encoder == null) {
        throw new PgCopyException(
            both + " can't be written to type " + column.typeName() + " of " + target.sqlName() + "; cast it in Spark");
      }
      planned.add(new PlannedColumn(column.name(), column.typeName(), column.notNull(), encoder));
    }
    for (TargetColumn column : target.columns()) {
      if (column.notNull() && !column.hasDefault() && !taken.contains(column.name()) && !reserved.contains(column.name())) {
        throw new PgCopyException(
            "column " + Identifiers.quote(column.name()) + " of " + target.sqlName()
                + " is not null and has no default, but the DataFrame has no such column");
      }
    }
    return planned;
  }

  /** The exact name wins; else the only one that differs in case. */
  private static TargetColumn find(String name, TargetTable target) {
    return target.column(name).orElseGet(
        () -> {
          List<TargetColumn> similar = target.columns().stream().filter(c -> c.name().equalsIgnoreCase(name)).toList();
          if (similar.size() == 1) {
            return similar.get(0);
          }
          throw new PgCopyException(
              "column " + Identifiers.quote(name)
                  + (similar.isEmpty() ? " is not in " : " differs only in case from several columns of ")
                  + target.sqlName() + ", which has " + target.columnNames());
        });
  }
}
