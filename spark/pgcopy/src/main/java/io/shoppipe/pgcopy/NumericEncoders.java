package io.shoppipe.pgcopy;

import org.apache.spark.sql.catalyst.expressions.UnsafeArrayData;
import org.apache.spark.sql.catalyst.expressions.UnsafeRow;
import org.apache.spark.sql.types.Decimal;

/** numeric, from exact numbers by their digits and from floating-point ones by their shortest decimal form. */
final class NumericEncoders {
  private NumericEncoders() {}

  static ColumnEncoder ofInteger(IntegerSource source, NumericTarget target) {
    return (row, i, out) -> target.put(out, source.get(row, i), 0);
  }

  static ColumnEncoder ofFloat(boolean single, NumericTarget target) {
    return (row, i, out) -> {
      if (single) {
        float value = row.getFloat(i);
        target.put(out, value, Float.toString(value));
      } else {
        double value = row.getDouble(i);
        target.put(out, value, Double.toString(value));
      }
    };
  }

  static ColumnEncoder ofDecimal(int precision, int scale, NumericTarget target) {
    boolean isLong = precision <= Decimal.MAX_LONG_DIGITS() && scale >= 0;
    return (row, i, out) -> {
      // An unsafe row keeps up to 18 digits as a long: read that, and no object is made.
      if (isLong && (row instanceof UnsafeRow || row instanceof UnsafeArrayData)) {
        target.put(out, row.getLong(i), scale);
      } else {
        target.put(out, row.getDecimal(i, precision, scale).toJavaBigDecimal());
      }
    };
  }
}
