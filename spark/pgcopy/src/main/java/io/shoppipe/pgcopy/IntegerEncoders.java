package io.shoppipe.pgcopy;

import java.math.BigDecimal;
import org.postgresql.core.Oid;

/** int2, int4 and int8, with range checks. */
final class IntegerEncoders {
  private IntegerEncoders() {}

  static ColumnEncoder ofInteger(IntegerSource source, int oid) {
    return switch (oid) {
      case Oid.INT2 -> (row, i, out) -> putInt2(source.get(row, i), out);
      case Oid.INT4 -> (row, i, out) -> putInt4(source.get(row, i), out);
      default -> (row, i, out) -> putInt8(source.get(row, i), out);
    };
  }

  /** A decimal must be a whole number: nothing is rounded. */
  static ColumnEncoder ofDecimal(int precision, int scale, int oid) {
    return switch (oid) {
      case Oid.INT2 -> (row, i, out) -> putInt2(whole(row.getDecimal(i, precision, scale).toJavaBigDecimal()), out);
      case Oid.INT4 -> (row, i, out) -> putInt4(whole(row.getDecimal(i, precision, scale).toJavaBigDecimal()), out);
      default -> (row, i, out) -> putInt8(whole(row.getDecimal(i, precision, scale).toJavaBigDecimal()), out);
    };
  }

  private static long whole(BigDecimal value) {
    try {
      return value.longValueExact();
    } catch (ArithmeticException e) {
      throw new ValueException("is no whole number of at most 64 bits", value.toPlainString());
    }
  }

  private static void putInt2(long value, CopyBuffer out) {
    if (value != (short) value) {
      throw new ValueException("is out of the range of int2", value);
    }
    out.putInt(2);
    out.putShort((int) value);
  }

  private static void putInt4(long value, CopyBuffer out) {
    if (value != (int) value) {
      throw new ValueException("is out of the range of int4", value);
    }
    out.putInt(4);
    out.putInt((int) value);
  }

  private static void putInt8(long value, CopyBuffer out) {
    out.putInt(8);
    out.putLong(value);
  }
}
