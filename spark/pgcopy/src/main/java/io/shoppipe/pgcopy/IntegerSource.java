package io.shoppipe.pgcopy;

import org.apache.spark.sql.catalyst.expressions.SpecializedGetters;
import org.apache.spark.sql.types.ByteType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.ShortType;

/** Spark's integer types, widened to long. */
enum IntegerSource {
  BYTE,
  SHORT,
  INT,
  LONG;

  /** @return null if the type is none of them */
  static IntegerSource of(DataType type) {
    if (type instanceof ByteType) {
      return BYTE;
    }
    if (type instanceof ShortType) {
      return SHORT;
    }
    if (type instanceof IntegerType) {
      return INT;
    }
    return type instanceof LongType ? LONG : null;
  }

  long get(SpecializedGetters row, int ordinal) {
    return switch (this) {
      case BYTE -> row.getByte(ordinal);
      case SHORT -> row.getShort(ordinal);
      case INT -> row.getInt(ordinal);
      case LONG -> row.getLong(ordinal);
    };
  }
}
