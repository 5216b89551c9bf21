package io.shoppipe.stream;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/** The values that fields hold, each as strict as src/events/schema.ts has it. They judge the parser's current token. */
final class Scalars {
  private static final String UUID = "expected a uuid in lower case, in groups of 8-4-4-4-12";
  private static final String INTEGER = "expected an integer from 1 to 2147483647";
  private static final String PRICE = "expected a decimal number as string: up to ten digits before the point, up to two after it";

  private Scalars() {}

  static void requireString(JsonParser json) throws FieldIssue {
    if (json.currentToken() != JsonToken.VALUE_STRING) {
      throw new FieldIssue("expected a string");
    }
  }

  /** @return 16 bytes */
  static byte[] uuid(JsonParser json) throws IOException, FieldIssue {
    requireString(json);
    if (json.getTextLength() != 36) {
      throw new FieldIssue(UUID);
    }
    char[] text = json.getTextCharacters();
    int at = json.getTextOffset();
    byte[] id = new byte[16];
    for (int i = 0; i < 16; i++) {
      if ((i == 4 || i == 6 || i == 8 || i == 10) && text[at++] != '-') {
        throw new FieldIssue(UUID);
      }
      int value = hex(text[at]) << 4 | hex(text[at + 1]);
      if (value < 0) {
        throw new FieldIssue(UUID);
      }
      id[i] = (byte) value;
      at += 2;
    }
    return id;
  }

  private static int hex(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  }

  /** A number is judged as JavaScript's double: 1.0, 1e0 and 1.0000000000000000001 are the integer 1. */
  static int positiveInt(JsonParser json) throws IOException, FieldIssue {
    JsonToken token = json.currentToken();
    if (token != JsonToken.VALUE_NUMBER_INT && token != JsonToken.VALUE_NUMBER_FLOAT) {
      throw new FieldIssue("expected a number");
    }
    double value =
        token == JsonToken.VALUE_NUMBER_INT && json.getTextLength() < 10 ? json.getIntValue() : Double.parseDouble(json.getText());
    if (!(value >= 1 && value <= Integer.MAX_VALUE && value == Math.rint(value))) {
      throw new FieldIssue(INTEGER);
    }
    return (int) value;
  }

  /**
   * Text that Postgres can store: no NUL, no half of a surrogate pair.
   *
   * @param most characters, counted as code points
   */
  static String text(JsonParser json, int most) throws IOException, FieldIssue {
    requireString(json);
    int length = json.getTextLength();
    // A code point is at most two chars.
    if (length == 0 || length > 2 * most) {
      throw new FieldIssue(expectedText(most));
    }
    char[] text = json.getTextCharacters();
    int end = json.getTextOffset() + length;
    int count = 0;
    for (int at = json.getTextOffset(); at < end; at++, count++) {
      char c = text[at];
      if (c == 0) {
        throw new FieldIssue("has a NUL character");
      }
      if (Character.isSurrogate(c)) {
        if (Character.isLowSurrogate(c) || at + 1 == end || !Character.isLowSurrogate(text[at + 1])) {
          throw new FieldIssue("has half of a surrogate pair");
        }
        at++;
      }
    }
    if (count > most) {
      throw new FieldIssue(expectedText(most));
    }
    return json.getText();
  }

  private static String expectedText(int most) {
    return "expected 1 to " + most + " characters";
  }

  /** {@code (0|[1-9]\d{0,9})(\.\d{1,2})?} @return the price in cents, below 10^12 */
  static long cents(JsonParser json) throws IOException, FieldIssue {
    requireString(json);
    int length = json.getTextLength();
    if (length == 0 || length > 13) {
      throw new FieldIssue(PRICE);
    }
    char[] text = json.getTextCharacters();
    int start = json.getTextOffset();
    int end = start + length;
    long value = 0;
    int at = start;
    for (; at < end && isDigit(text[at]); at++) {
      value = value * 10 + (text[at] - '0');
    }
    int whole = at - start;
    int decimals = at == end ? 0 : end - at - 1;
    boolean good = whole >= 1 && whole <= 10 && (whole == 1 || text[start] != '0') && decimals <= 2;
    if (!good || at < end && (text[at] != '.' || decimals == 0)) {
      throw new FieldIssue(PRICE);
    }
    for (at++; at < end; at++) {
      if (!isDigit(text[at])) {
        throw new FieldIssue(PRICE);
      }
      value = value * 10 + (text[at] - '0');
    }
    return decimals == 0 ? value * 100 : decimals == 1 ? value * 10 : value;
  }

  static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
