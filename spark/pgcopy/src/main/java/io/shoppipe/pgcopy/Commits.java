package io.shoppipe.pgcopy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * Which tasks won, per write of protocol {@code stage}: Spark's {@code save()} returns nothing, so the caller fetches it here, in the
 * driver's JVM (from Python: {@code spark._jvm.io.shoppipe.pgcopy.Commits.take(write_id)}).
 */
public final class Commits {
  // of callers that never fetch: the oldest goes
  private static final int KEPT = 10_000;

  private static final Map<UUID, String> REPORTS =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<UUID, String> eldest) {
          return size() > KEPT;
        }
      };

  private Commits() {}

  /**
   * Takes the report of a write that was committed; the second call for the same write gets null.
   *
   * @param writeId option {@code writeId} of the write
   * @return {@code {"write_id":"…","rows":N,"tasks":[{"partition":p,"task":t,"rows":n}]}} with one task per partition, rows being sums;
   *     null if there is none
   */
  public static String take(String writeId) {
    UUID id;
    try {
      id = UUID.fromString(writeId);
    } catch (IllegalArgumentException e) {
      return null;
    }
    synchronized (REPORTS) {
      return REPORTS.remove(id);
    }
  }

  /** @throws PgCopyException if a write of this id waits to be taken: a second one would hide the first one's rows */
  static void requireFree(UUID writeId) {
    synchronized (REPORTS) {
      if (REPORTS.containsKey(writeId)) {
        throw usedBefore(writeId);
      }
    }
  }

  private static PgCopyException usedBefore(UUID writeId) {
    return new PgCopyException("writeId " + writeId + " was used before and its report not taken; use a new uuid per write");
  }

  /** @throws PgCopyException as {@link #requireFree} does: two writes of one id may have run side by side */
  static void put(UUID writeId, List<TaskCommit> winners) {
    long rows = Winners.rows(winners);
    String tasks = winners.stream().map(TaskCommit::toJson).collect(Collectors.joining(","));
    synchronized (REPORTS) {
      String report = "{\"write_id\":\"" + writeId + "\",\"rows\":" + rows + ",\"tasks\":[" + tasks + "]}";
      if (REPORTS.putIfAbsent(writeId, report) != null) {
        throw usedBefore(writeId);
      }
    }
  }
}
