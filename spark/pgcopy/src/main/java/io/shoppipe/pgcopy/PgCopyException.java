package io.shoppipe.pgcopy;

import java.io.Serial;
import java.sql.SQLException;

/**
 * Whatever goes wrong in this sink. The message starts with {@code pgcopy:}, is one line and names the table, and where it applies the
 * column and the value. It never holds a password: connection URLs are shown without their parameters.
 */
public final class PgCopyException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  /** @param message what went wrong, lower case, without the {@code pgcopy:} prefix */
  public PgCopyException(String message) {
    this(message, null);
  }

  /**
   * @param message what went wrong, lower case, without the {@code pgcopy:} prefix
   * @param cause the exception underneath, or null
   */
  public PgCopyException(String message, Throwable cause) {
    super("pgcopy: " + message, cause);
  }

  /** Wraps an error of the server or the driver; {@code doing} completes "pgcopy: … failed". */
  static PgCopyException sql(String doing, SQLException cause) {
    return new PgCopyException(doing + " failed: " + cause.getMessage(), cause);
  }
}
