package io.shoppipe.pgcopy;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/** What one COPY sends, as a run of bytes: in a transaction of its own where it reads a snapshot. */
final class CopySource implements AutoCloseable {
  private static final byte[] NONE = {};

  private final ReadOptions options;
  private final String sql;
  // null once it was left to the next task
  private Connection connection;
  private CopyOut copy;
  private byte[] bytes = NONE;
  private int at;

  /** @param sql the COPY */
  CopySource(ReadOptions options, String sql) {
    this.options = options;
    this.sql = sql;
    if (!options.keepConnections() || !startOnKept()) {
      startOnNew();
    }
  }

  /** @return false if no connection is kept, or if the one that is fails, which may be its own fault: a new one will tell */
  private boolean startOnKept() {
    connection = KeptConnections.take(key());
    if (connection == null) {
      return false;
    }
    try {
      start();
      return true;
    } catch (SQLException e) {
      close();
      return false;
    }
  }

  private void startOnNew() {
    connection = options.connection().open();
    try {
      start();
    } catch (SQLException e) {
      close();
      throw PgCopyException.sql("starting to read", e);
    }
  }

  private void start() throws SQLException {
    if (options.snapshot() != null) {
      execute("begin isolation level repeatable read, read only; set transaction snapshot '" + options.snapshot() + "'");
    }
    copy = connection.unwrap(PGConnection.class).getCopyAPI().copyOut(sql);
  }

  private void execute(String statements) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(statements);
    }
  }

  private KeptConnections.Key key() {
    return KeptConnections.Key.ofReader(options.connection());
  }

  /** Makes the next {@code count} bytes lie in {@link #bytes} from {@link #position} on. @throws PgCopyException if there are fewer */
  void need(int count) {
    while (bytes.length - at < count) {
      byte[] more = receive();
      if (more == null) {
        throw new PgCopyException("the server ended the COPY in the middle of a row");
      }
      if (at == bytes.length) {
        bytes = more;
      } else {
        // a server sends a row in one message, but does not have to
        byte[] joined = Arrays.copyOfRange(bytes, at, bytes.length + more.length);
        System.arraycopy(more, 0, joined, bytes.length - at, more.length);
        bytes = joined;
      }
      at = 0;
    }
  }

  private byte[] receive() {
    try {
      return copy.readFromCopy();
    } catch (SQLException e) {
      throw PgCopyException.sql("reading", e);
    }
  }

  byte[] bytes() {
    return bytes;
  }

  int position() {
    return at;
  }

  void skip(int count) {
    at += count;
  }

  /** After the trailer: takes the server's word that it is done, and leaves the connection to the next task, where the read wants that. */
  void finish() {
    while (receive() != null) {
      // nothing follows the trailer
    }
    try {
      if (options.snapshot() != null) {
        execute("commit");
      }
    } catch (SQLException e) {
      throw PgCopyException.sql("ending a read", e);
    }
    if (options.keepConnections()) {
      Connection done = connection;
      connection = null;
      KeptConnections.keep(key(), done);
    }
  }

  /** Drops the connection, and with it a COPY that is under way. */
  @Override
  public void close() {
    if (connection != null) {
      KeptConnections.close(connection);
      connection = null;
    }
  }
}
