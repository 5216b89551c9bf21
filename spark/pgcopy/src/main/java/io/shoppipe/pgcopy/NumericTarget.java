package io.shoppipe.pgcopy;

import java.io.Serializable;
import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * What a numeric column can hold. PostgreSQL would round to the column's scale; pgcopy doesn't: a value with more digits than the
 * column keeps is an error, since money that changes on the way is worse than a job that stops. Trailing zeros are no digits.
 *
 * @param limited false for a bare {@code numeric}
 * @param precision digits in all
 * @param scale digits behind the point; negative: zeros before it; may exceed the precision
 */
record NumericTarget(boolean limited, int precision, int scale) implements Serializable {
  private static final int VARHDRSZ = 4;
  private static final long[] POW10 = new long[19];

  static {
    POW10[0] = 1;
    for (int i = 1; i < POW10.length; i++) {
      POW10[i] = 10 * POW10[i - 1];
    }
  }

  /** Reads numeric's typmod: precision in the upper half, 11 bits of signed scale below (make_numeric_typmod in numeric.c). */
  static NumericTarget of(int typmod) {
    if (typmod < 0) {
      return new NumericTarget(false, 0, 0);
    }
    int packed = typmod - VARHDRSZ;
    return new NumericTarget(true, (packed >> 16) & 0xFFFF, ((packed & 0x7FF) ^ 1024) - 1024);
  }

  /** Puts unscaled × 10^-scale; {@code valueScale} from 0 to 18. */
  void put(CopyBuffer out, long unscaled, int valueScale) {
    if (unscaled == Long.MIN_VALUE) {
      // has no absolute value in 64 bits
      put(out, BigDecimal.valueOf(unscaled, valueScale));
      return;
    }
    long value = unscaled;
    int shown = valueScale;
    if (limited && value != 0) {
      int digits = precision - scale + valueScale;
      if (digits < POW10.length && Math.abs(value) >= POW10[Math.max(digits, 0)]) {
        throw outOfRange(BigDecimal.valueOf(unscaled, valueScale));
      }
      int surplus = valueScale - scale;
      if (surplus > 0) {
        if (surplus >= POW10.length || value % POW10[surplus] != 0) {
          throw tooFine(BigDecimal.valueOf(unscaled, valueScale));
        }
        shown = Math.max(scale, 0);
        value /= POW10[valueScale - shown];
      }
    }
    NumericFormat.put(out, value, shown);
  }

  /** Puts any value. */
  void put(CopyBuffer out, BigDecimal given) {
    BigDecimal value = given;
    if (limited && value.signum() != 0) {
      if (value.precision() - value.scale() > precision - scale) {
        throw outOfRange(given);
      }
      if (value.scale() > scale) {
        if (value.stripTrailingZeros().scale() > scale) {
          throw tooFine(given);
        }
        value = value.setScale(scale);
      }
    }
    if (value.scale() < 0) {
      value = value.setScale(0);
    }
    BigInteger unscaled = value.unscaledValue();
    if (unscaled.bitLength() < Long.SIZE - 1) {
      NumericFormat.put(out, unscaled.longValue(), value.scale());
    } else {
      NumericFormat.put(out, unscaled, value.scale());
    }
  }

  /** Puts a double, or a float by way of its own shortest digits: {@code digits} is what toString gives. */
  void put(CopyBuffer out, double value, String digits) {
    if (Double.isNaN(value)) {
      NumericFormat.putNaN(out);
    } else if (Double.isInfinite(value)) {
      if (limited) {
        throw new ValueException("does not fit numeric(" + precision + "," + scale + ")", value);
      }
      NumericFormat.putInfinity(out, value < 0);
    } else {
      put(out, new BigDecimal(digits).stripTrailingZeros());
    }
  }

  private ValueException outOfRange(BigDecimal value) {
    return new ValueException("has too many digits before the point for numeric(" + precision + "," + scale + ")", value.toString());
  }

  private ValueException tooFine(BigDecimal value) {
    return new ValueException(
        "has too many digits behind the point for numeric(" + precision + "," + scale + "); pgcopy does not round, do it in Spark",
        value.toString());
  }
}
