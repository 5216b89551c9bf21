package io.shoppipe.pgcopy;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** One COPY on a connection of its own: committed by {@link #finish}, undone by {@link #cancel}, and by a lost connection. */
final class CopyStream implements AutoCloseable {
  private static final byte[] SIGNATURE = {'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0};
  // well below the server's limit for a message (1 GB); a message need not end where a row ends
  private static final int MAX_MESSAGE = 1 << 20;

  private final String into;
  private final CopyPlan plan;
  // null once it was left to the next task
  private Connection connection;
  private final CopyIn copy;
  private long bytes;

  CopyStream(CopyPlan plan) {
    this.into = plan.into();
    this.plan = plan;
    CopyIn started = plan.keepConnections() ? startOnKept() : null;
    this.copy = started == null ? startOnNew() : started;
  }

  /** @return null if no connection is kept, or if the one that is fails, which may be its own fault: a new one will tell */
  private CopyIn startOnKept() {
    connection = KeptConnections.take(key());
    if (connection == null) {
      return null;
    }
    try {
      return start();
    } catch (SQLException e) {
      close();
      return null;
    }
  }

  private CopyIn startOnNew() {
    connection = plan.connection().open();
    try {
      try (Statement statement = connection.createStatement()) {
        statement.execute("set synchronous_commit = " + plan.synchronousCommit());
      }
      return start();
    } catch (SQLException e) {
      close();
      throw PgCopyException.sql("starting copy into " + into, e);
    }
  }

  private CopyIn start() throws SQLException {
    return connection.unwrap(PGConnection.class).getCopyAPI().copyIn(plan.copySql());
  }

  private KeptConnections.Key key() {
    return new KeptConnections.Key(plan.connection(), plan.synchronousCommit());
  }

  /** Puts what every binary COPY starts with: signature, int32 flags, int32 length of the header's extension. */
  static void putHeader(CopyBuffer out) {
    out.putBytes(SIGNATURE);
    out.putInt(0);
    out.putInt(0);
  }

  /** Sends what the buffer holds, and empties it. */
  void send(CopyBuffer buffer) {
    try {
      for (int at = 0; at < buffer.size(); at += MAX_MESSAGE) {
        copy.writeToCopy(buffer.bytes(), at, Math.min(MAX_MESSAGE, buffer.size() - at));
      }
    } catch (SQLException e) {
      throw PgCopyException.sql("copy into " + into, e);
    }
    bytes += buffer.size();
    buffer.clear();
  }

  /** Ends the COPY, which commits it. @return the server's count of rows */
  long finish() {
    try {
      return copy.endCopy();
    } catch (SQLException e) {
      throw PgCopyException.sql("copy into " + into, e);
    }
  }

  long bytes() {
    return bytes;
  }

  /** After {@link #finish}, if the caller is content: leaves the connection to the next task, where the write wants that. */
  void release() {
    if (plan.keepConnections()) {
      Connection done = connection;
      connection = null;
      KeptConnections.keep(key(), done);
    }
  }

  /** Best effort: where it can't be sent, closing the connection does the same. */
  void cancel() {
    try {
      if (copy.isActive()) {
        copy.cancelCopy();
      }
    } catch (SQLException e) {
      // the server answers a cancelled COPY with an error, or is out of reach: nothing of it is committed either way
    } finally {
      close();
    }
  }

  @Override
  public void close() {
    try {
      if (connection != null) {
        connection.close();
      }
    } catch (SQLException e) {
      // there is nothing left to lose
    }
  }
}
