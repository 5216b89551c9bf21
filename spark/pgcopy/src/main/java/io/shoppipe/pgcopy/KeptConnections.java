package io.shoppipe.pgcopy;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Connections of tasks that ended well, on an executor, for the next task that would open one like it, and the driver's for its next
 * write. The newest is taken first: what
 * fewer tasks leave over grows old, and is closed when some task next takes or leaves one.
 */
final class KeptConnections {
  /** Seconds that an unused connection stays. */
  private static final long IDLE_SECONDS = 60;

  // A server that is there answers in far less; one that is not must not hold the task up.
  private static final int VALID_SECONDS = 5;

  /**
   * What two tasks must have in common.
   *
   * @param synchronousCommit which the connection is set to, null where it is as the server has it
   */
  record Key(ConnectionSettings settings, String synchronousCommit) {
    /** Of the driver, and of tasks that read. */
    static Key ofReader(ConnectionSettings settings) {
      return new Key(settings, null);
    }
  }

  private record Kept(Connection connection, long since) {}

  private static final Map<Key, Deque<Kept>> IDLE = new HashMap<>();

  private KeptConnections() {}

  /** @return a connection that answers, or null if none is kept */
  static Connection take(Key key) {
    closeIdle(IDLE_SECONDS);
    for (Connection connection = newest(key); connection != null; connection = newest(key)) {
      if (isValid(connection)) {
        return connection;
      }
      close(connection);
    }
    return null;
  }

  /** Leaves a connection that has nothing under way. */
  static void keep(Key key, Connection connection) {
    closeIdle(IDLE_SECONDS);
    synchronized (IDLE) {
      IDLE.computeIfAbsent(key, k -> new ArrayDeque<>()).addLast(new Kept(connection, System.nanoTime()));
    }
  }

  /** Closes what nobody took for so long. */
  static void closeIdle(long seconds) {
    long oldest = System.nanoTime() - seconds * 1_000_000_000L;
    List<Connection> old = new ArrayList<>();
    synchronized (IDLE) {
      for (Iterator<Deque<Kept>> keys = IDLE.values().iterator(); keys.hasNext(); ) {
        Deque<Kept> idle = keys.next();
        while (!idle.isEmpty() && idle.getFirst().since() - oldest <= 0) {
          old.add(idle.removeFirst().connection());
        }
        if (idle.isEmpty()) {
          keys.remove();
        }
      }
    }
    old.forEach(KeptConnections::close);
  }

  private static Connection newest(Key key) {
    synchronized (IDLE) {
      Deque<Kept> idle = IDLE.get(key);
      Kept kept = idle == null ? null : idle.pollLast();
      return kept == null ? null : kept.connection();
    }
  }

  private static boolean isValid(Connection connection) {
    try {
      return connection.isValid(VALID_SECONDS);
    } catch (SQLException e) {
      return false;
    }
  }

  /** Closes one that is not to be kept. */
  static void close(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      // it was of no use any more
    }
  }
}
