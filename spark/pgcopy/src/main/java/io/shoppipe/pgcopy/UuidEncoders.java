package io.shoppipe.pgcopy;

import org.apache.spark.unsafe.types.UTF8String;

/** uuid, from text (32 hex digits, plain or in groups of 8-4-4-4-12) or from 16 bytes. */
final class UuidEncoders {
  private UuidEncoders() {}

  private static final int PLAIN = 32;
  private static final int DASHED = 36;
  private static final byte[] HEX = new byte[256];

  static {
    for (int c = 0; c < HEX.length; c++) {
      HEX[c] = (byte) Character.digit(c < 128 ? (char) c : ' ', 16);
    }
  }

  static ColumnEncoder ofString() {
    return (row, i, out) -> {
      UTF8String text = row.getUTF8String(i);
      int length = text.numBytes();
      boolean dashed = length == DASHED;
      if (!dashed && length != PLAIN || dashed && !hasDashes(text)) {
        throw invalid(text);
      }
      out.putInt(16);
      out.putLong(half(text, 0, dashed));
      out.putLong(half(text, dashed ? 19 : 16, dashed));
    };
  }

  static ColumnEncoder ofBytes() {
    return (row, i, out) -> {
      byte[] bytes = row.getBinary(i);
      if (bytes.length != 16) {
        throw new ValueException("is no uuid, which has 16 bytes", bytes.length + " bytes");
      }
      out.putInt(16);
      out.putBytes(bytes);
    };
  }

  private static boolean hasDashes(UTF8String text) {
    return text.getByte(8) == '-' && text.getByte(13) == '-' && text.getByte(18) == '-' && text.getByte(23) == '-';
  }

  /** Sixteen hex digits from {@code at} on. */
  private static long half(UTF8String text, int at, boolean dashed) {
    long bits = 0;
    int any = 0;
    int position = at;
    for (int digit = 0; digit < 16; digit++) {
      if (dashed && (position == 8 || position == 13 || position == 18 || position == 23)) {
        position++;
      }
      int value = HEX[text.getByte(position++) & 0xFF];
      any |= value;
      bits = bits << 4 | value;
    }
    if (any < 0) {
      throw invalid(text);
    }
    return bits;
  }

  private static ValueException invalid(UTF8String text) {
    return new ValueException("is no uuid", text.toString());
  }
}
