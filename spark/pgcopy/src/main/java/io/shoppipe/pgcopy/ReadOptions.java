package io.shoppipe.pgcopy;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * The options of one read, checked; go to the executors. Safe to log. The README has the table of them.
 *
 * @param connection how to reach the server
 * @param queries what to read, a SQL select for each Spark partition; they have the same columns
 * @param snapshot an exported snapshot that all partitions read, null: each reads what is there when it starts
 * @param keepConnections whether tasks leave their connections to the next ones
 */
record ReadOptions(
    ConnectionSettings connection, ArrayList<String> queries, String snapshot, boolean keepConnections)
    implements Serializable {

  private static final String QUERY = "query";

  private static final List<String> KNOWN =
      List.of(
          "url", "user", "password", QUERY, "query.0", "query.1 and so on", "snapshot", "connectTimeout", "applicationName",
          "keepConnections");

  static ReadOptions of(CaseInsensitiveStringMap given) {
    Options options = new Options(given);
    ArrayList<String> queries = new ArrayList<>();
    while (options.optional(numbered(queries.size())) != null) {
      queries.add(options.required(numbered(queries.size())));
    }
    options.refuseUnknown(KNOWN, key -> isNumbered(key, queries.size()));
    if (queries.isEmpty()) {
      queries.add(options.required(QUERY));
    } else if (options.optional(QUERY) != null) {
      throw new PgCopyException("options query and query.0 exclude each other");
    }
    return new ReadOptions(options.connection(), queries, snapshot(options), options.keepConnections());
  }

  private static String numbered(int n) {
    return QUERY + "." + n;
  }

  /** One of {@code query.0} to {@code query.(count - 1)}: another number would leave a gap before it. */
  private static boolean isNumbered(String key, int count) {
    String prefix = QUERY + ".";
    if (!key.toLowerCase(Locale.ROOT).startsWith(prefix)) {
      return false;
    }
    try {
      int n = Integer.parseInt(key.substring(prefix.length()));
      return n >= 0 && n < count;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private static String snapshot(Options options) {
    String text = options.optional("snapshot");
    if (text != null && !text.matches("[0-9A-Fa-f-]+")) {
      throw new PgCopyException("option snapshot is " + text + "; it must be what pg_export_snapshot() returned");
    }
    return text;
  }
}
