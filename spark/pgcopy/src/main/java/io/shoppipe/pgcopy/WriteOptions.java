package io.shoppipe.pgcopy;

import java.util.List;
import java.util.Locale;
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

  static WriteOptions of(CaseInsensitiveStringMap given) {
    Options options = new Options(given);
    options.refuseUnknown(KNOWN, key -> false);
    Protocol protocol = protocol(options);
    return new WriteOptions(
        options.connection(),
        options.required("table"),
        protocol,
        writeId(options, protocol),
        options.optional("stageSchema"),
        options.integer("batchBytes", 128 * 1024, 4 * 1024, 64 * 1024 * 1024),
        synchronousCommit(options),
        options.keepConnections());
  }

  private static Protocol protocol(Options options) {
    String text = options.optional("protocol");
    return switch (text == null ? "append" : text.toLowerCase(Locale.ROOT)) {
      case "stage" -> Protocol.STAGE;
      case "append" -> Protocol.APPEND;
      default -> throw new PgCopyException("option protocol is " + text + "; it must be stage or append");
    };
  }

  private static UUID writeId(Options options, Protocol protocol) {
    String text = options.optional("writeId");
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

  private static String synchronousCommit(Options options) {
    String given = options.optional("synchronousCommit");
    String text = given == null ? "off" : given.toLowerCase(Locale.ROOT);
    if (!List.of("on", "off", "local", "remote_write", "remote_apply").contains(text)) {
      throw new PgCopyException(
          "option synchronousCommit is " + text + "; it must be on, off, local, remote_write or remote_apply");
    }
    return text;
  }
}
