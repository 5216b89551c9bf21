package io.shoppipe.stream;

import org.apache.spark.sql.SparkSession;

/** Spark for these tests; the context is the JVM's only one, whoever made it first. */
final class Sessions {
  private Sessions() {}

  /** A session of one's own, with settings of its own. */
  static SparkSession create() {
    SparkSession session =
        SparkSession.builder()
            .master("local[2,3]")
            .appName("shop-pipe stream tests")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .getOrCreate()
            .newSession();
    session.conf().set("spark.sql.session.timeZone", "America/Sao_Paulo");
    session.conf().set("spark.sql.shuffle.partitions", "2");
    return session;
  }
}
