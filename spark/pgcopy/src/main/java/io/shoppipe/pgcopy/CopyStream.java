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
  private final Connection connection;
  private final CopyIn copy;
  private long bytes;

  CopyStream(CopyPlan plan) {
    this.into = plan.into();
    this.connection = plan.connection().open();
    try {
      try (Statement statement = connection.createStatement()) {
        statement.execute("set synchronous_commit = " + plan.synchronousCommit());
      }
      this.copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(plan.copySql());
    } catch (SQLException e) {
      close();
      throw PgCopyException.sql("starting copy into " + into, e);
    }
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
      connection.close();
    } catch (SQLException e) {
      // there is nothing left to lose
    }
  }
}
