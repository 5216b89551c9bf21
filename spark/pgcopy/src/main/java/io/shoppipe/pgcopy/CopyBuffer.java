package io.shoppipe.pgcopy;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.apache.spark.unsafe.Platform;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * Bytes on their way to the server, big-endian as COPY wants them. It grows to hold whole rows, so that a length can be filled in
 * after its value ({@link #begin}, {@link #end}); the writer empties it between rows. Not for concurrent use.
 */
final class CopyBuffer {
  // PostgreSQL can't hold a field of 1 GB (MaxAllocSize); stopping here keeps the int arithmetic safe
  private static final int MAX_FIELD = 1 << 30;
  private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final int startSize;
  private byte[] bytes;
  private int size;
  private int[] groups = new int[16];

  /** @param startSize bytes to begin with, and to come back to after an exceptionally long row */
  CopyBuffer(int startSize) {
    this.startSize = startSize;
    this.bytes = new byte[startSize];
  }

  byte[] bytes() {
    return bytes;
  }

  int size() {
    return size;
  }

  /** Forgets the content. */
  void clear() {
    size = 0;
    if (bytes.length > 4 * startSize) {
      bytes = new byte[startSize];
    }
  }

  private void reserve(int more) {
    if (more > bytes.length - size) {
      long needed = (long) size + more;
      if (needed > Integer.MAX_VALUE - 16) {
        throw new ValueException("makes the row longer than 2 GB", more + " bytes");
      }
      bytes = Arrays.copyOf(bytes, (int) Math.min(Integer.MAX_VALUE - 16L, Math.max(needed, 2L * bytes.length)));
    }
  }

  void putByte(int value) {
    reserve(1);
    bytes[size++] = (byte) value;
  }

  void putShort(int value) {
    reserve(2);
    SHORT.set(bytes, size, (short) value);
    size += 2;
  }

  void putInt(int value) {
    reserve(4);
    INT.set(bytes, size, value);
    size += 4;
  }

  void putLong(long value) {
    reserve(8);
    LONG.set(bytes, size, value);
    size += 8;
  }

  void putBytes(byte[] value) {
    reserve(checked(value.length));
    System.arraycopy(value, 0, bytes, size, value.length);
    size += value.length;
  }

  /** @return where the text starts, for {@link #isPlainAscii} */
  int putUtf8(UTF8String text) {
    int start = size;
    int length = checked(text.numBytes());
    reserve(length);
    text.writeToMemory(bytes, Platform.BYTE_ARRAY_OFFSET + (long) size);
    size += length;
    return start;
  }

  private static int checked(int length) {
    if (length >= MAX_FIELD) {
      throw new ValueException("is longer than PostgreSQL's limit of 1 GB", length + " bytes");
    }
    return length;
  }

  /** Leaves room for a length. */
  int begin() {
    putInt(0);
    return size;
  }

  /** Fills in the length of what was put since {@code begin} returned {@code start}. */
  void end(int start) {
    INT.set(bytes, start - 4, checked(size - start));
  }

  /** Overwrites an int that was put earlier. */
  void setInt(int at, int value) {
    INT.set(bytes, at, value);
  }

  /** Whether the bytes from {@code start} on are all 0x01 to 0x7F: eight at a time, as nearly all text is. */
  boolean isPlainAscii(int start) {
    int i = start;
    for (; i <= size - 8; i += 8) {
      long eight = (long) LONG.get(bytes, i);
      // the high bits of: the bytes themselves, and of (byte - 1), which is set for 0
      if (((eight | (eight - 0x0101010101010101L)) & 0x8080808080808080L) != 0) {
        return false;
      }
    }
    for (; i < size; i++) {
      if (bytes[i] <= 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether a NUL is among the bytes from {@code start} on. */
  boolean hasNul(int start) {
    for (int i = start; i < size; i++) {
      if (bytes[i] == 0) {
        return true;
      }
    }
    return false;
  }

  /** Scratch space for a numeric's base-10000 groups, at least {@code count} long. */
  int[] groups(int count) {
    if (groups.length < count) {
      groups = new int[count];
    }
    return groups;
  }
}
