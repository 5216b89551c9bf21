package io.shoppipe.stream;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.Arrays;

/**
 * Reads a JSON object with known fields in any order. As with JSON.parse and a schema: the last of several fields of one name counts,
 * unknown ones are passed over, all are required, and of several that are wrong the first in the schema's order is told.
 */
abstract class ObjectReader {
  private static final FieldIssue MISSING = new FieldIssue("is missing");

  private final String[] names;
  private final FieldIssue[] issues;

  /** @param names in the schema's order */
  ObjectReader(String... names) {
    this.names = names;
    this.issues = new FieldIssue[names.length];
  }

  /**
   * Reads the value at the parser's current token up to its end, also where it throws a {@link FieldIssue}: what follows may make
   * the whole message malformed, and a later field of the same name may take its place.
   *
   * @throws IOException if it is not JSON
   */
  final void read(JsonParser json) throws IOException, FieldIssue {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      json.skipChildren();
      throw new FieldIssue("expected an object");
    }
    Arrays.fill(issues, MISSING);
    int next = 0;
    while (json.nextToken() != JsonToken.END_OBJECT) {
      int index = indexOf(json.currentName(), next);
      json.nextToken();
      if (index < 0) {
        json.skipChildren();
      } else {
        issues[index] = readField(index, json);
        next = index + 1;
      }
    }
    for (int i = 0; i < issues.length; i++) {
      if (issues[i] != null) {
        throw issues[i].at(names[i]);
      }
    }
  }

  /** Looks from {@code next} on: fields mostly come in the schema's order. */
  private int indexOf(String name, int next) {
    for (int i = 0; i < names.length; i++) {
      int index = (next + i) % names.length;
      if (names[index].equals(name)) {
        return index;
      }
    }
    return -1;
  }

  private FieldIssue readField(int index, JsonParser json) throws IOException {
    try {
      field(index, json);
      return null;
    } catch (FieldIssue issue) {
      // A no-op unless the value was an object or array where a scalar was expected.
      json.skipChildren();
      return issue;
    }
  }

  /** Reads the field of the constructor's names that is at {@code index}. It need not read the rest of a value that it refuses. */
  abstract void field(int index, JsonParser json) throws IOException, FieldIssue;
}
