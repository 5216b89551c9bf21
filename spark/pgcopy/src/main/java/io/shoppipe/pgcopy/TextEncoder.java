package io.shoppipe.pgcopy;

import java.io.Serial;
import org.apache.spark.sql.catalyst.expressions.SpecializedGetters;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * text and what travels like it: varchar, bpchar, name, json, enums, and jsonb behind its version byte. What the server would refuse
 * or change is refused here: NUL, broken UTF-8, text that is too long (PostgreSQL cuts surplus blanks off a varchar silently).
 * JSON syntax and enum labels are left to the server.
 */
final class TextEncoder implements ColumnEncoder {
  @Serial private static final long serialVersionUID = 1L;

  private final int maxChars;
  private final int maxBytes;
  private final boolean blanksIgnored;
  private final boolean versioned;

  private TextEncoder(int maxChars, int maxBytes, boolean blanksIgnored, boolean versioned) {
    this.maxChars = maxChars;
    this.maxBytes = maxBytes;
    this.blanksIgnored = blanksIgnored;
    this.versioned = versioned;
  }

  static TextEncoder plain() {
    return new TextEncoder(Integer.MAX_VALUE, Integer.MAX_VALUE, false, false);
  }

  /** jsonb_recv wants a version byte, 1, before the text. */
  static TextEncoder jsonb() {
    return new TextEncoder(Integer.MAX_VALUE, Integer.MAX_VALUE, false, true);
  }

  /** @param blanksIgnored bpchar: blanks at the end mean nothing, so surplus ones are no loss */
  static TextEncoder atMostChars(int chars, boolean blanksIgnored) {
    return new TextEncoder(chars, Integer.MAX_VALUE, blanksIgnored, false);
  }

  static TextEncoder atMostBytes(int bytes) {
    return new TextEncoder(Integer.MAX_VALUE, bytes, false, false);
  }

  @Override
  public void encode(SpecializedGetters row, int ordinal, CopyBuffer out) {
    UTF8String text = row.getUTF8String(ordinal);
    int bytes = text.numBytes();
    out.putInt(versioned ? bytes + 1 : bytes);
    if (versioned) {
      out.putByte(1);
    }
    int start = out.putUtf8(text);
    if (!out.isPlainAscii(start)) {
      checkCharacters(text, out, start);
    }
    // a character is at least one byte, so most texts need no counting
    if (bytes > maxChars && text.numChars() > maxChars) {
      int chars = blanksIgnored ? text.trimTrailingSpaces(text.numChars()).numChars() : text.numChars();
      if (chars > maxChars) {
        throw new ValueException("has " + chars + " characters, the column takes " + maxChars, text.toString());
      }
    }
    if (bytes > maxBytes) {
      throw new ValueException("has " + bytes + " bytes, the column takes " + maxBytes, text.toString());
    }
  }

  private static void checkCharacters(UTF8String text, CopyBuffer out, int start) {
    if (out.hasNul(start)) {
      throw new ValueException("has a NUL character, which PostgreSQL can't store", text.toString());
    }
    if (!text.isValid()) {
      throw new ValueException("is not valid UTF-8", text.toString());
    }
  }
}
