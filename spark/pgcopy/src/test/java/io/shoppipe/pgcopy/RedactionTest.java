package io.shoppipe.pgcopy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.Appender;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.appender.WriterAppender;
import org.apache.logging.log4j.core.config.LoggerConfig;
import org.apache.logging.log4j.core.layout.PatternLayout;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerEvent;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.execution.ExplainMode;
import org.apache.spark.sql.execution.QueryExecution;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import org.apache.spark.sql.util.QueryExecutionListener;
import org.junit.jupiter.api.Test;

/** A password given as an option or inside the URL shows nowhere: plans, UI events, logs of Spark and pgjdbc, exceptions, toString. */
class RedactionTest extends Fixture {
  private static final String SECRET = "Tr0ub4dor-option";
  private static final String URL_SECRET = "Tr0ub4dor-url";
  private static final String URL_SECRET_RAW = "Tr0ub4dor%2Durl";

  private final ConcurrentLinkedQueue<String> seen = new ConcurrentLinkedQueue<>();

  private void assertNoSecret() {
    assertFalse(seen.isEmpty());
    for (String text : seen) {
      assertFalse(text.contains(SECRET) || text.contains(URL_SECRET) || text.contains(URL_SECRET_RAW), text);
    }
  }

  private DataFrameReader reader(String table) {
    return spark.read().format("pgcopy").schema("id bigint").option("url", secretUrl(Db.url())).option("user", Db.user())
        .option("password", Db.password()).option("query", "select id from " + table);
  }

  private static String secretUrl(String url) {
    return url + (url.contains("?") ? "&" : "?") + "sslpassword=" + URL_SECRET_RAW + "&password=" + URL_SECRET_RAW;
  }

  @Test
  void plansEventsAndLogs() throws Exception {
    String table = db.table("plans", "id bigint");
    StringWriter log = new StringWriter();
    Watch watch = new Watch(log);
    try {
      Dataset<Row> frame = spark.range(10).toDF();
      writer(frame, table).option("url", secretUrl(Db.url())).save();
      Dataset<Row> read = reader(table).load();
      assertEquals(10, read.count());
      seen.add(failure(() -> reader("nowhere").load().count()));
      for (String mode : List.of("formatted", "extended")) {
        seen.add(read.queryExecution().explainString(ExplainMode.fromString(mode)));
      }
      // a failing write and an unreachable server with the other secret
      seen.add(failure(() -> writer(spark.sql("select 1L nope"), table).option("url", secretUrl(Db.url())).save()));
      seen.add(
          failure(() -> writer(frame, table).option("url", secretUrl("jdbc:postgresql://127.0.0.1:1/db")).option("password", SECRET).save()));
      seen.add(
          failure(() -> writer(frame, table).option("url", secretUrl("jdbc:postgresql://127.0.0.1:bad/db")).option("password", SECRET).save()));
      spark.sparkContext().listenerBus().waitUntilEmpty();
      assertTrue(seen.stream().anyMatch(text -> text.contains("AppendData") && text.contains("redacted")), "no plan with options seen");
    } finally {
      watch.stop();
    }
    assertFalse(log.toString().isEmpty(), "no log seen");
    seen.add(log.toString());
    assertNoSecret();
  }

  @Test
  void everythingThatCanBePrinted() throws Exception {
    String table = db.table("printed", "id bigint, v text");
    Map<String, String> options = Map.of("url", secretUrl(Db.url()), "user", "me", "password", SECRET, "table", table);
    WriteOptions parsed = WriteOptions.of(new CaseInsensitiveStringMap(options));
    PgCopyProvider provider = new PgCopyProvider();
    PgCopyTable target = (PgCopyTable) provider.getTable(StructType.fromDDL("id bigint"), new Transform[0], options);
    HandDriven job = new HandDriven(table, Map.of("url", secretUrl(Db.url())));
    seen.add(parsed.toString());
    seen.add(parsed.connection().toString());
    seen.add(provider.toString());
    seen.add(target + target.name() + target.properties());
    seen.add(job.write.toString());
    try (var writer = job.start().attempt(0, 1, 0, 1)) {
      seen.add(job.write.toString() + writer + HandDriven.commit(writer));
    }
    job.write.abort(null);
    CopyPlan plan = new CopyPlan(parsed.connection(), "off", true, 4096, "a", "b", new ArrayList<>(), null);
    seen.add(plan.toString() + new CopyWriterFactory(plan));
    ReadOptions read = ReadOptions.of(new CaseInsensitiveStringMap(Map.of("url", secretUrl(Db.url()), "password", SECRET, "query", "q")));
    PgCopyScan scan = new PgCopyScan(read, StructType.fromDDL("id bigint"));
    seen.add(read + scan.toString() + scan.description());
    assertNoSecret();
  }

  /** Collects what Spark shows of a query, and both logs, until it is stopped. */
  private final class Watch implements QueryExecutionListener {
    private final SparkListener events =
        new SparkListener() {
          @Override
          public void onOtherEvent(SparkListenerEvent event) {
            seen.add(event.toString());
          }
        };
    private final Logger driver = Logger.getLogger("org.postgresql");
    private final Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord line) {
            seen.add(new SimpleFormatter().format(line));
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    private final WriterAppender appender;
    private final LoggerConfig root = ((LoggerContext) LogManager.getContext(false)).getConfiguration().getRootLogger();
    private final Map<String, Appender> usual = Map.copyOf(root.getAppenders());
    private final org.apache.logging.log4j.Level usualLevel = root.getLevel();

    Watch(StringWriter log) {
      driver.setLevel(Level.FINEST);
      driver.setUseParentHandlers(false);
      driver.addHandler(handler);
      handler.setLevel(Level.FINEST);
      appender = WriterAppender.createAppender(PatternLayout.createDefaultLayout(), null, log, "seen", false, true);
      appender.start();
      // everything goes to the test, nothing to the terminal
      usual.keySet().forEach(root::removeAppender);
      root.addAppender(appender, null, null);
      setLevel(org.apache.logging.log4j.Level.DEBUG);
      spark.sparkContext().addSparkListener(events);
      spark.listenerManager().register(this);
    }

    @Override
    public void onSuccess(String function, QueryExecution query, long nanos) {
      look(query);
    }

    @Override
    public void onFailure(String function, QueryExecution query, Exception e) {
      look(query);
    }

    private void look(QueryExecution query) {
      seen.add(query.toString());
      seen.add(query.logical().toString() + query.analyzed() + query.optimizedPlan() + query.executedPlan());
      for (String mode : new String[] {"simple", "extended", "codegen", "cost", "formatted"}) {
        seen.add(query.explainString(ExplainMode.fromString(mode)));
      }
    }

    private void setLevel(org.apache.logging.log4j.Level level) {
      root.setLevel(level);
      ((LoggerContext) LogManager.getContext(false)).updateLoggers();
    }

    void stop() {
      root.removeAppender("seen");
      usual.values().forEach(a -> root.addAppender(a, null, null));
      setLevel(usualLevel);
      driver.removeHandler(handler);
      driver.setLevel(null);
      spark.listenerManager().unregister(this);
      spark.sparkContext().removeSparkListener(events);
    }
  }
}
