package io.shoppipe.pgcopy;

import java.math.BigDecimal;
import org.postgresql.core.Oid;

/**
 * float4 and float8. They take the nearest value that they can hold, which is what a floating-point column means; a finite value that
 * would become infinite, or one that would vanish to 0, is an error, as it is in PostgreSQL's own casts.
 */
final class FloatEncoders {
  private FloatEncoders() {}

  static ColumnEncoder ofFloat(boolean single, int oid) {
    if (oid == Oid.FLOAT4) {
      return single
          ? (row, i, out) -> putFloat4(row.getFloat(i), out)
          : (row, i, out) -> putFloat4(narrowed(row.getDouble(i)), out);
    }
    return single ? (row, i, out) -> putFloat8(row.getFloat(i), out) : (row, i, out) -> putFloat8(row.getDouble(i), out);
  }

  static ColumnEncoder ofInteger(IntegerSource source, int oid) {
    return oid == Oid.FLOAT4
        ? (row, i, out) -> putFloat4(source.get(row, i), out)
        : (row, i, out) -> putFloat8(source.get(row, i), out);
  }

  /** A decimal is from 1e-38 to 1e38 in size: always in the range of both. */
  static ColumnEncoder ofDecimal(int precision, int scale, int oid) {
    return (row, i, out) -> {
      BigDecimal value = row.getDecimal(i, precision, scale).toJavaBigDecimal();
      if (oid == Oid.FLOAT4) {
        putFloat4(value.floatValue(), out);
      } else {
        putFloat8(value.doubleValue(), out);
      }
    };
  }

  private static float narrowed(double value) {
    float narrow = (float) value;
    if (Float.isInfinite(narrow) && !Double.isInfinite(value) || narrow == 0 && value != 0) {
      throw new ValueException("is out of the range of float4", value);
    }
    return narrow;
  }

  private static void putFloat4(float value, CopyBuffer out) {
    out.putInt(4);
    out.putInt(Float.floatToIntBits(value));
  }

  private static void putFloat8(double value, CopyBuffer out) {
    out.putInt(8);
    out.putLong(Double.doubleToLongBits(value));
  }
}
