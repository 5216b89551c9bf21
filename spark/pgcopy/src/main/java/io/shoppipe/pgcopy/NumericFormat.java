package io.shoppipe.pgcopy;

import java.math.BigInteger;

/**
 * The binary form of {@code numeric} (numeric_send in PostgreSQL's numeric.c): int16 number of base-10000 groups, int16 weight of the
 * first group, int16 sign, int16 scale to show, then the groups, most significant first, without zeros at either end.
 */
final class NumericFormat {
  private NumericFormat() {}

  private static final int POSITIVE = 0x0000;
  private static final int NEGATIVE = 0x4000;
  private static final int NAN = 0xC000;
  private static final int INFINITY = 0xD000;
  private static final int NEGATIVE_INFINITY = 0xF000;

  private static final int BASE = 10_000;
  private static final int[] POW10 = {1, 10, 100, 1_000};
  private static final BigInteger FOUR_GROUPS = BigInteger.TEN.pow(16);

  /** Puts unscaled × 10^-scale, with its length; {@code scale} from 0 on, {@code unscaled} not Long.MIN_VALUE. */
  static void put(CopyBuffer out, long unscaled, int scale) {
    // at most 19 digits and 3 of alignment
    int[] groups = out.groups(6);
    int count = 0;
    long rest = Math.abs(unscaled);
    // The lowest group may be cut by the scale: fill it up with zeros on its right.
    int cut = scale & 3;
    if (cut != 0) {
      groups[count++] = (int) (rest % POW10[cut]) * POW10[4 - cut];
      rest /= POW10[cut];
    }
    while (rest != 0) {
      groups[count++] = (int) (rest % BASE);
      rest /= BASE;
    }
    put(out, groups, count, unscaled < 0, scale);
  }

  /** The same for any number of digits. */
  static void put(CopyBuffer out, BigInteger unscaled, int scale) {
    BigInteger rest = unscaled.abs();
    int cut = scale & 3;
    if (cut != 0) {
      rest = rest.multiply(BigInteger.valueOf(POW10[4 - cut]));
    }
    // a group holds 13.29 bits; the last chunk is always written as four groups
    int[] groups = out.groups(rest.bitLength() / 13 + 5);
    int count = 0;
    while (rest.signum() != 0) {
      BigInteger[] parts = rest.divideAndRemainder(FOUR_GROUPS);
      long chunk = parts[1].longValue();
      for (int i = 0; i < 4; i++) {
        groups[count++] = (int) (chunk % BASE);
        chunk /= BASE;
      }
      rest = parts[0];
    }
    put(out, groups, count, unscaled.signum() < 0, scale);
  }

  static void putNaN(CopyBuffer out) {
    header(out, 0, 0, NAN, 0);
  }

  /** PostgreSQL 14 and later have infinite numerics. */
  static void putInfinity(CopyBuffer out, boolean negative) {
    header(out, 0, 0, negative ? NEGATIVE_INFINITY : INFINITY, 0);
  }

  /** @param groups least significant first; the first ⌈scale / 4⌉ are behind the decimal point */
  private static void put(CopyBuffer out, int[] groups, int count, boolean negative, int scale) {
    int last = count;
    while (last > 0 && groups[last - 1] == 0) {
      last--;
    }
    int first = 0;
    while (first < last && groups[first] == 0) {
      first++;
    }
    if (last == 0) {
      header(out, 0, 0, POSITIVE, scale);
      return;
    }
    int weight = last - 1 - (scale + 3) / 4;
    header(out, last - first, weight, negative ? NEGATIVE : POSITIVE, scale);
    for (int i = last - 1; i >= first; i--) {
      out.putShort(groups[i]);
    }
  }

  private static void header(CopyBuffer out, int groups, int weight, int sign, int scale) {
    out.putInt(8 + 2 * groups);
    out.putShort(groups);
    out.putShort(weight);
    out.putShort(sign);
    out.putShort(scale);
  }
}
