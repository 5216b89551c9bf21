package io.shoppipe.pgcopy;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
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

  private static final Pattern NUMBERED = Pattern.compile("query\\.\\d+");

  private static final List<String> KNOWN =
      List.of(
          "url", "user", "password", "query", "query.0", "query.1 and so on", "snapshot", "connectTimeout", "applicationName",
          "keepConnections");

  static ReadOptions of(CaseInsensitiveStringMap given) {
    Options options = new Options(given);
    Predicate<String> numbered = NUMBERED.asMatchPredicate();
    options.refuseUnknown(KNOWN, numbered);
    long count = given.keySet().stream().filter(numbered).count();
    ArrayList<String> queries = new ArrayList<>();
    for (int n = 0; n < count; n++) {
      // also where a number is left out
      queries.add(options.required("query." + n));
    }
    if (queries.isEmpty()) {
      queries.add(options.required("query"));
    } else if (options.optional("query") != null) {
      throw new PgCopyException("options query and query.0 exclude each other");
    }
    return new ReadOptions(options.connection(), queries, snapshot(options), options.keepConnections());
  }

  private static String snapshot(Options options) {
    String text = options.optional("snapshot");
    if (text != null && !text.matches("[0-9A-Fa-f-]+")) {
      throw new PgCopyException("option snapshot is " + text + "; it must be what pg_export_snapshot() returned");
    }
    return text;
  }
}
