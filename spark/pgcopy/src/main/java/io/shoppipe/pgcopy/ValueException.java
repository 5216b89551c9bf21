package io.shoppipe.pgcopy;

import java.io.Serial;

/** One value that its column can't hold. The writer catches it and adds the column, the table and the row. */
final class ValueException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private static final int SHOWN_CHARS = 60;

  /**
   * @param problem why, completing "value … "
   * @param value shown shortened, control characters escaped
   */
  ValueException(String problem, Object value) {
    super("value " + shown(value) + " " + problem);
  }

  /** A value for a message: at most {@value #SHOWN_CHARS} characters, on one line, quoted where it is text. */
  static String shown(Object value) {
    String text = String.valueOf(value);
    StringBuilder out = new StringBuilder();
    boolean quoted = value instanceof CharSequence;
    if (quoted) {
      out.append('\'');
    }
    int end = Math.min(text.length(), SHOWN_CHARS);
    for (int i = 0; i < end; i++) {
      char c = text.charAt(i);
      if (Character.isISOControl(c)) {
        out.append(String.format("\\u%04x", (int) c));
      } else {
        out.append(c);
      }
    }
    if (text.length() > end) {
      out.append("… (").append(text.length()).append(" characters)");
    }
    if (quoted) {
      out.append('\'');
    }
    return out.toString();
  }
}
