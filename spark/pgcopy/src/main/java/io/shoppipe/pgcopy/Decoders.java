package io.shoppipe.pgcopy;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.ShortType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.types.TimestampNTZType;
import org.apache.spark.sql.types.TimestampType;

/** How each Spark type is read: the one place that decides. The README's table follows it. */
final class Decoders {
  /**
   * @param name of the column, in the query and in Spark
   * @param sqlType what the server casts it to, since binary COPY says nothing of types
   */
  record Column(String name, String sqlType, ColumnDecoder decoder) {
    String sql() {
      return Identifiers.quote(name) + "::" + sqlType;
    }
  }

  private Decoders() {}

  /** @throws PgCopyException if a column has a type that can't be read */
  static List<Column> of(StructType schema) {
    return Arrays.stream(schema.fields()).map(Decoders::column).toList();
  }

  static String selectList(List<Column> columns) {
    return columns.stream().map(Column::sql).collect(Collectors.joining(", "));
  }

  private static Column column(StructField field) {
    DataType type = field.dataType();
    if (type instanceof BooleanType) {
      return new Column(field.name(), "boolean", (bytes, at, length, row, i) -> row.write(i, bytes[at] != 0));
    }
    if (type instanceof ShortType) {
      return new Column(field.name(), "smallint", (bytes, at, length, row, i) -> row.write(i, Bytes.shortAt(bytes, at)));
    }
    if (type instanceof IntegerType) {
      return new Column(field.name(), "integer", (bytes, at, length, row, i) -> row.write(i, Bytes.intAt(bytes, at)));
    }
    if (type instanceof LongType) {
      return new Column(field.name(), "bigint", (bytes, at, length, row, i) -> row.write(i, Bytes.longAt(bytes, at)));
    }
    if (type instanceof FloatType) {
      return new Column(
          field.name(), "real", (bytes, at, length, row, i) -> row.write(i, Float.intBitsToFloat(Bytes.intAt(bytes, at))));
    }
    if (type instanceof DoubleType) {
      return new Column(
          field.name(), "float8", (bytes, at, length, row, i) -> row.write(i, Double.longBitsToDouble(Bytes.longAt(bytes, at))));
    }
    // text is what its bytes are, as long as both sides speak UTF-8, which pgjdbc asks for
    if (type instanceof StringType) {
      return new Column(field.name(), "text", (bytes, at, length, row, i) -> row.write(i, bytes, at, length));
    }
    if (type instanceof BinaryType) {
      return new Column(field.name(), "bytea", (bytes, at, length, row, i) -> row.write(i, bytes, at, length));
    }
    return temporal(field);
  }

  private static Column temporal(StructField field) {
    DataType type = field.dataType();
    if (type instanceof DateType) {
      return new Column(field.name(), "date", (bytes, at, length, row, i) -> row.write(i, days(Bytes.intAt(bytes, at))));
    }
    if (type instanceof TimestampType || type instanceof TimestampNTZType) {
      String sqlType = type instanceof TimestampType ? "timestamptz" : "timestamp";
      return new Column(field.name(), sqlType, (bytes, at, length, row, i) -> row.write(i, micros(Bytes.longAt(bytes, at))));
    }
    throw new PgCopyException(
        "column " + Identifiers.quote(field.name()) + " can't be read as " + type.sql() + "; cast it in the query");
  }

  private static int days(int since2000) {
    if (since2000 == Integer.MAX_VALUE || since2000 == Integer.MIN_VALUE) {
      throw new ValueException("is no date that Spark has", since2000 < 0 ? "-infinity" : "infinity");
    }
    // PostgreSQL's last day is far from overflowing
    return since2000 + TemporalEncoders.EPOCH_DAYS;
  }

  private static long micros(long since2000) {
    if (since2000 == Long.MAX_VALUE || since2000 == Long.MIN_VALUE) {
      throw new ValueException("is no timestamp that Spark has", since2000 < 0 ? "-infinity" : "infinity");
    }
    if (since2000 > Long.MAX_VALUE - TemporalEncoders.EPOCH_MICROS) {
      throw new ValueException("is out of the range of Spark's timestamp", since2000 + " µs after 2000-01-01");
    }
    return since2000 + TemporalEncoders.EPOCH_MICROS;
  }
}
