package io.shoppipe.stream;

import java.io.Serial;

/** A field that is not as the schema wants it. Without a stack trace: one in a hundred messages may have it. */
final class FieldIssue extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  private final String path;
  private final String problem;

  /** @param problem what was expected, of a value whose path the caller adds by {@link #at} */
  FieldIssue(String problem) {
    this("", problem);
  }

  /** @param path from the value that is read down to the field */
  FieldIssue(String path, String problem) {
    super(null, null, false, false);
    this.path = path;
    this.problem = problem;
  }

  /** The same, seen from the object or array around it. */
  FieldIssue at(String field) {
    return new FieldIssue(path.isEmpty() ? field : field + "." + path, problem);
  }

  /** {@code field.path: problem}, as src/events/read-event.ts writes it. */
  String refusal() {
    return (path.isEmpty() ? "value" : path) + ": " + problem;
  }
}
