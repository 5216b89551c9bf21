package io.shoppipe.pgcopy;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * The options of one write, checked. The README has the table of them.
 *
 * @param connection how to reach the server
 * @param table the target as the user wrote it, an SQL name
 * @param protocol what a commit does
 * @param writeId tells one write from another, {@code stage} only, else null
 * @param stageSchema where {@code append} stages; null: beside the target
 * @param batchBytes how much a task collects before it sends, in bytes
 * @param synchronousCommit of the connections that COPY, never of the one that publishes
 * @param keepConnections whether tasks leave their connections to the next ones, and the driver to its next write
 */
record WriteOptions(
    ConnectionSettings connection,
    String table,
    Protocol protocol,
    UUID writeId,
    String stageSchema,
    int batchBytes,
    String synchronousCommit,
    boolean keepConnections) {

  private static final List<String> KNOWN =
      List.of(
          "url", "user", "password", "table", "protocol", "writeId", "stageSchema", "batchBytes",
          "connectTimeout", "applicationName", "synchronousCommit", "keepConnections");

  /** What happens to the rows when all tasks are done. */
  enum Protocol {
    /** Rows stay in the caller's staging table; {@link Commits} names the winning tasks. */
    STAGE,
    /** Rows are moved from a staging table of our own into the target, in one transaction. */
    APPEND
  }

  static WriteOptions of(CaseInsensitiveStringMap options) {
    for (String key : options.keySet()) {
      if (KNOWN.stream().noneMatch(known -> known.equalsIgnoreCase(key))) {
        throw new PgCopyException("unknown option " + key + "; there are " + String.join(", ", KNOWN));
      }
    }
    Map<String, String> properties = new HashMap<>();
    putIfSet(properties, "user", options.get("user"));
    putIfSet(properties, "password", options.get("password"));
    properties.put("ApplicationName", options.getOrDefault("applicationName", "pgcopy"));
    properties.put("connectTimeout", String.valueOf(integer(options, "connectTimeout", 10, 1, 3600)));
    Protocol protocol = choice(options, "protocol", Protocol.APPEND);
    return new WriteOptions(
        ConnectionSettings.of(required(options, "url"), properties),
        required(options, "table"),
        protocol,
        writeId(options, protocol),
        options.get("stageSchema"),
        integer(options, "batchBytes", 128 * 1024, 4 * 1024, 64 * 1024 * 1024),
        synchronousCommit(options),
        keepConnections(options));
  }

  private static void putIfSet(Map<String, String> properties, String key, String value) {
    if (value != null) {
      properties.put(key, value);
    }
  }

  private static String required(CaseInsensitiveStringMap options, String key) {
    String value = options.get(key);
    if (value == null || value.isBlank()) {
      throw new PgCopyException("option " + key + " is missing");
    }
    return value;
  }

  private static int integer(CaseInsensitiveStringMap options, String key, int otherwise, int least, int most) {
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

  private static Protocol choice(CaseInsensitiveStringMap options, String key, Protocol otherwise) {
    String text = options.getOrDefault(key, otherwise.name());
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "stage" -> Protocol.STAGE;
      case "append" -> Protocol.APPEND;
      default -> throw new PgCopyException("option protocol is " + text + "; it must be stage or append");
    };
  }

  private static UUID writeId(CaseInsensitiveStringMap options, Protocol protocol) {
    String text = options.get("writeId");
    if (protocol == Protocol.APPEND) {
      if (text != null) {
        throw new PgCopyException("option writeId belongs to protocol stage");
      }
      return null;
    }
    if (text == null) {
      throw new PgCopyException("option writeId is missing; protocol stage needs one, a uuid");
    }
    try {
      return UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      throw new PgCopyException("option writeId is " + text + "; it must be a uuid");
    }
  }

  private static boolean keepConnections(CaseInsensitiveStringMap options) {
    String text = options.getOrDefault("keepConnections", "false").toLowerCase(Locale.ROOT);
    if (!List.of("true", "false").contains(text)) {
      throw new PgCopyException("option keepConnections is " + text + "; it must be true or false");
    }
    return text.equals("true");
  }

  private static String synchronousCommit(CaseInsensitiveStringMap options) {
    String text = options.getOrDefault("synchronousCommit", "off").toLowerCase(Locale.ROOT);
    if (!List.of("on", "off", "local", "remote_write", "remote_apply").contains(text)) {
      throw new PgCopyException(
          "option synchronousCommit is " + text + "; it must be on, off, local, remote_write or remote_apply");
    }
    return text;
  }
}
