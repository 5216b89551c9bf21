package io.shoppipe.pgcopy;

import java.io.Serial;
import java.io.Serializable;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import org.postgresql.Driver;

/**
 * How to reach the server. Goes to the executors inside the tasks; {@link #toString()} is safe to log.
 *
 * <p>All parameters of the URL are moved into connection properties, so that pgjdbc, which puts the URL into its messages and its
 * debug log, never sees one that holds a password.
 */
final class ConnectionSettings implements Serializable {
  @Serial private static final long serialVersionUID = 1L;

  private static final String PREFIX = "jdbc:postgresql:";

  private final String url;
  private final HashMap<String, String> properties;

  private ConnectionSettings(String url, HashMap<String, String> properties) {
    this.url = url;
    this.properties = properties;
  }

  /**
   * @param rawUrl {@code jdbc:postgresql://host:port/db?param=value}
   * @param given properties which win over the URL's parameters
   */
  static ConnectionSettings of(String rawUrl, Map<String, String> given) {
    int question = rawUrl.indexOf('?');
    String base = question < 0 ? rawUrl : rawUrl.substring(0, question);
    if (!base.startsWith(PREFIX)) {
      throw new PgCopyException("option url must start with " + PREFIX);
    }
    if (base.indexOf('@') >= 0) {
      // pgjdbc takes no user info, and would repeat it in its error message
      throw new PgCopyException("option url must not hold user:password@; use the options user and password");
    }
    HashMap<String, String> properties = new HashMap<>();
    // TCP keep-alive: the driver's connection idles for as long as the tasks run
    properties.put("tcpKeepAlive", "true");
    if (question >= 0) {
      for (String parameter : rawUrl.substring(question + 1).split("&")) {
        int equals = parameter.indexOf('=');
        if (!parameter.isEmpty()) {
          properties.put(
              equals < 0 ? parameter : parameter.substring(0, equals),
              equals < 0 ? "" : decoded(parameter.substring(equals + 1)));
        }
      }
    }
    properties.putAll(given);
    return new ConnectionSettings(base, properties);
  }

  private static String decoded(String value) {
    try {
      return URLDecoder.decode(value, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      // without the cause: its message quotes the value
      throw new PgCopyException("option url has a parameter with a broken % escape");
    }
  }

  /** Opens a connection in auto-commit mode. No retry: a failed task is Spark's to retry. */
  Connection open() {
    Properties all = new Properties();
    all.putAll(properties);
    try {
      Connection connection = new Driver().connect(url, all);
      if (connection == null) {
        throw new PgCopyException("option url is no PostgreSQL url: " + url);
      }
      return connection;
    } catch (SQLException e) {
      throw PgCopyException.sql("connecting to " + url, e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ConnectionSettings that && url.equals(that.url) && properties.equals(that.properties);
  }

  @Override
  public int hashCode() {
    return Objects.hash(url, properties);
  }

  /** Where, without who: no user, no password, no parameter. */
  @Override
  public String toString() {
    return url;
  }
}
