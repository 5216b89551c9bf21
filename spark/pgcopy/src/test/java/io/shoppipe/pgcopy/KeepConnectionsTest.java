package io.shoppipe.pgcopy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.connector.write.DataWriter;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import org.apache.spark.unsafe.types.UTF8String;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Option keepConnections. A default in the stage says which backend stored a row. */
class KeepConnectionsTest extends Fixture {
  private static final String STAGE = "id bigint, v varchar(9), backend int default pg_backend_pid(), pgcopy_task bigint not null";
  // told apart from those of other tests
  private static final String NAME = "pgcopy kept";

  @AfterEach
  void closeThem() throws SQLException {
    KeptConnections.closeIdle(0);
    awaitBackends(0);
  }

  private static Map<String, String> keeping(String keep) {
    return Map.of("protocol", "stage", "writeId", UUID.randomUUID().toString(), "keepConnections", keep, "applicationName", NAME);
  }

  private void stage(Dataset<Row> frame, String table) {
    writer(frame, table).options(keeping("true")).save();
  }

  private List<String> backendsOf(String table) throws SQLException {
    return db.rows("select distinct backend from " + table);
  }

  private String backends() throws SQLException {
    return db.value("select count(*) from pg_stat_activity where application_name = '" + NAME + "'");
  }

  /** A backend that was told to end takes a moment. */
  private void awaitBackends(int count) throws SQLException {
    long deadline = System.nanoTime() + 10_000_000_000L;
    while (!backends().equals(String.valueOf(count)) && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    assertEquals(String.valueOf(count), backends());
  }

  private void terminate() throws SQLException {
    db.execute("select pg_terminate_backend(pid) from pg_stat_activity where application_name = '" + NAME + "'");
    awaitBackends(0);
  }

  @Test
  void theNextWriteOpensNone() throws Exception {
    String table = db.table("kept", STAGE);
    try (CuttingProxy proxy = new CuttingProxy(false)) {
      for (int write = 1; write <= 5; write++) {
        writer(ids(10, 1), table).options(keeping("true")).option("url", proxy.url()).save();
        assertEquals(2, proxy.connections(), "one of the driver, one of the task");
      }
      KeptConnections.closeIdle(0);
    }
    assertEquals("50|10|225", db.value(SUM + table));
    assertEquals(1, backendsOf(table).size());
  }

  @Test
  void withoutTheOptionEachTaskHasItsOwn() throws SQLException {
    String table = db.table("single", STAGE);
    for (int write = 1; write <= 2; write++) {
      writer(ids(10, 1), table).options(keeping("false")).save();
      awaitBackends(0);
    }
    assertEquals(2, backendsOf(table).size());
  }

  @Test
  void otherSettingsMeanAnotherConnection() throws SQLException {
    String table = db.table("settings", STAGE);
    stage(ids(1, 1), table);
    writer(ids(1, 1), table).options(keeping("true")).option("synchronousCommit", "on").save();
    assertEquals(2, backendsOf(table).size());
    assertEquals("3", backends(), "with the driver's");
  }

  @Test
  void thereAreNeverMoreThanTasksAtATime() throws SQLException {
    String table = db.table("bounded", STAGE);
    for (int write = 1; write <= 5; write++) {
      stage(ids(800, 8), table);
    }
    assertEquals("4000|800|1598000", db.value(SUM + table));
    assertTrue(backendsOf(table).size() <= 2, "the session has two cores");
    assertTrue(Integer.parseInt(backends()) <= 3, "and the driver has one");
  }

  @Test
  void aBrokenOneIsReplacedBeforeAnyRowIsSent() throws SQLException {
    String table = db.table("broken", STAGE);
    stage(ids(10, 1), table);
    terminate();
    stage(ids(10, 1), table);
    assertEquals("20|10|90", db.value(SUM + table));
    assertEquals(2, backendsOf(table).size());
  }

  @Test
  void soAreAllOfAServerThatWasKilled() throws Exception {
    String table = db.table("killed", STAGE);
    try (CuttingProxy proxy = new CuttingProxy(false)) {
      Map<String, String> through = Map.of("url", proxy.url());
      writer(ids(10, 2), table).options(keeping("true")).options(through).save();
      proxy.drop();
      awaitBackends(0);
      writer(ids(10, 2), table).options(keeping("true")).options(through).save();
      KeptConnections.closeIdle(0);
    }
    assertEquals("20|10|90", db.value(SUM + table));
  }

  @Test
  void oneThatIsOnlyFoundBrokenWhenItIsUsedIsReplacedToo() throws SQLException {
    String table = db.table("refusing", STAGE);
    stage(ids(10, 1), table);
    // The backend is well, and refuses to start a COPY: that its role may not write is its own affair.
    Map<String, String> other = keeping("true");
    KeptConnections.Key key = new KeptConnections.Key(settings(table, other), "off");
    try (Statement statement = spoilt(key).createStatement()) {
      statement.execute("set default_transaction_read_only = on");
    }
    stage(ids(10, 1), table);
    assertEquals("20|10|90", db.value(SUM + table));
    assertEquals(2, backendsOf(table).size());
  }

  /** The kept connection, which stays kept. */
  private static Connection spoilt(KeptConnections.Key key) {
    Connection connection = KeptConnections.take(key);
    KeptConnections.keep(key, connection);
    return connection;
  }

  private static ConnectionSettings settings(String table, Map<String, String> more) {
    Map<String, String> all = new HashMap<>(Map.of("url", Db.url(), "user", Db.user(), "password", Db.password(), "table", table));
    all.putAll(more);
    return WriteOptions.of(new CaseInsensitiveStringMap(all)).connection();
  }

  @Test
  void thatOfAFailedTaskIsNeverKept() throws Exception {
    String table = db.table("failed", STAGE);
    stage(ids(1, 1), table);
    failure(() -> stage(spark.sql("select 1L id, 'longer than nine' v"), table));
    awaitBackends(1);
    HandDriven job = new HandDriven(table, keeping("true")).start();
    // aborted, closed without a word, and refused by the server at the end
    job.attempt(0, 1, 0, 5).abort();
    job.attempt(0, 2, 0, 5).close();
    db.execute("alter table " + table + " add check (id < 3)");
    DataWriter<InternalRow> refused = job.attempt(0, 3, 0, 5);
    assertContains(failure(() -> HandDriven.commit(refused)), "violates check constraint");
    awaitBackends(1);
    assertEquals("1", db.value("select count(*) from " + table));
  }

  @Test
  void oneThatWasLeftIsNotClosedByTheTaskThatLeftIt() throws Exception {
    String table = db.table("left", STAGE);
    HandDriven job = new HandDriven(table, keeping("true")).start();
    DataWriter<InternalRow> first = job.attempt(0, 1, 0, 5);
    first.commit();
    DataWriter<InternalRow> second = job.attempt(1, 2, 5, 9);
    // as a Spark that is slow to clean up would
    first.close();
    second.write(new GenericInternalRow(new Object[] {9L, UTF8String.fromString("v9")}));
    HandDriven.commit(second);
    assertEquals("10|10|45", db.value(SUM + table));
    assertEquals(1, backendsOf(table).size());
  }

  @Test
  void appendKeepsThoseOfItsTasks() throws Exception {
    String table = db.table("appended", "id bigint, v text");
    try (CuttingProxy proxy = new CuttingProxy(true)) {
      // Cut at its COMMIT, the first append fails; the proxy lets the others pass.
      Map<String, String> options = Map.of("keepConnections", "true", "applicationName", NAME, "url", proxy.url());
      failure(() -> writer(ids(10, 1), table).options(options).save());
      writer(ids(10, 1), table).options(options).save();
      int before = proxy.connections();
      writer(ids(10, 1), table).options(options).save();
      assertEquals(1, proxy.connections() - before, "the driver's, which holds the stage's lock");
      KeptConnections.closeIdle(0);
    }
    assertEquals("20|10|90", db.value(SUM + table));
  }

  @Test
  void aChangedTableIsReadAgain() throws SQLException {
    String table = db.table("changed", STAGE);
    stage(spark.sql("select 1L id"), table);
    // numeric_recv would take a bigint's eight bytes for 0.000
    db.execute("alter table " + table + " add w int, alter id type numeric");
    stage(spark.sql("select 3L id, 5 w"), table);
    assertEquals(List.of("1|∅", "3|5"), db.rows("select id, w from " + table + " order by id"));
    db.execute("alter table " + table + " rename to " + Identifiers.quote("elsewhere"));
    assertContains(failure(() -> stage(spark.sql("select 4L id"), table)), "there is no table " + table);
  }
}
