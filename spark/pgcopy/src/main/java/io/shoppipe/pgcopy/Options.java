package io.shoppipe.pgcopy;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/** What reads and writes ask of their options alike. What is wrong with one is said with its name. */
final class Options {
  private final CaseInsensitiveStringMap options;

  Options(CaseInsensitiveStringMap options) {
    this.options = options;
  }

  /** @param also tells whether a key that is not among {@code known} is one all the same */
  void refuseUnknown(List<String> known, Predicate<String> also) {
    for (String key : options.keySet()) {
      if (known.stream().noneMatch(key::equalsIgnoreCase) && !also.test(key)) {
        throw new PgCopyException("unknown option " + key + "; there are " + String.join(", ", known));
      }
    }
  }

  /** @return null where it is not given */
  String optional(String key) {
    return options.get(key);
  }

  String required(String key) {
    String value = options.get(key);
    if (value == null || value.isBlank()) {
      throw new PgCopyException("option " + key + " is missing");
    }
    return value;
  }

  int integer(String key, int otherwise, int least, int most) {
    String text = options.getOrDefault(key, String.valueOf(otherwise));
    try {
      int value = Integer.parseInt(text.trim());
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // said below, together with the range
    }
    throw new PgCopyException("option " + key + " is " + text + "; it must be from " + least + " to " + most);
  }

  boolean keepConnections() {
    String text = options.getOrDefault("keepConnections", "false").toLowerCase(Locale.ROOT);
    if (!List.of("true", "false").contains(text)) {
      throw new PgCopyException("option keepConnections is " + text + "; it must be true or false");
    }
    return text.equals("true");
  }

  ConnectionSettings connection() {
    Map<String, String> properties = new HashMap<>();
    putIfSet(properties, "user");
    putIfSet(properties, "password");
    properties.put("ApplicationName", options.getOrDefault("applicationName", "pgcopy"));
    properties.put("connectTimeout", String.valueOf(integer("connectTimeout", 10, 1, 3600)));
    return ConnectionSettings.of(required("url"), properties);
  }

  private void putIfSet(Map<String, String> properties, String key) {
    String value = options.get(key);
    if (value != null) {
      properties.put(key, value);
    }
  }
}
