package io.shoppipe.pgcopy;

import org.apache.spark.sql.SparkSession;

/** One Spark session for all tests: two cores, three attempts per task. */
final class Sessions {
  private static SparkSession session;

  private Sessions() {}

  static synchronized SparkSession get() {
    if (session == null) {
      session =
          SparkSession.builder()
              .master("local[2,3]")
              .appName("pgcopy tests")
              .config("spark.ui.enabled", "false")
              .config("spark.driver.host", "127.0.0.1")
              .config("spark.driver.bindAddress", "127.0.0.1")
              .config("spark.sql.shuffle.partitions", "2")
              .config("spark.sql.session.timeZone", "UTC")
              .config("spark.sql.datetime.java8API.enabled", "true")
              .getOrCreate();
    }
    return session;
  }
}
