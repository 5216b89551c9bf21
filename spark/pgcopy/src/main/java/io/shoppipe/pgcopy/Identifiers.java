package io.shoppipe.pgcopy;

import java.util.Collection;
import java.util.stream.Collectors;

/** SQL identifiers, always quoted: names come from the catalog or from the user and may hold anything. */
final class Identifiers {
  private Identifiers() {}

  static String quote(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  static String qualified(String schema, String name) {
    return quote(schema) + '.' + quote(name);
  }

  static String list(Collection<String> names) {
    return names.stream().map(Identifiers::quote).collect(Collectors.joining(", "));
  }
}
