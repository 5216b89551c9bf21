package io.shoppipe.pgcopy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Queries by binary COPY. */
class ReadTest extends Fixture {
  // told apart from those of other tests
  private static final String NAME = "pgcopy read";

  @AfterEach
  void noneIsLeft() throws SQLException {
    KeptConnections.closeIdle(0);
    awaitBackends(0);
  }

  private DataFrameReader reader(String ddl, String... queries) {
    DataFrameReader reader =
        spark
            .read()
            .format("pgcopy")
            .schema(ddl)
            .option("url", Db.url())
            .option("user", Db.user())
            .option("password", Db.password())
            .option("applicationName", NAME);
    for (int n = 0; n < queries.length; n++) {
      reader.option("query." + n, queries[n]);
    }
    return reader;
  }

  private static List<String> sorted(Dataset<Row> frame) {
    return frame.collectAsList().stream().map(Row::toString).sorted().toList();
  }

  private void awaitBackends(int count) throws SQLException {
    String sql = "select count(*) from pg_stat_activity where application_name = '" + NAME + "'";
    long deadline = System.nanoTime() + 10_000_000_000L;
    while (!db.value(sql).equals(String.valueOf(count)) && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
    assertEquals(String.valueOf(count), db.value(sql));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
      boolean       | true                                          | true
      boolean       | false                                         | false
      smallint      | -32768                                        | -32768
      int           | 2147483647                                    | 2147483647
      int           | 7::smallint                                   | 7
      bigint        | -9223372036854775808                          | -9223372036854775808
      bigint        | 12.00::numeric                                | 12
      float         | 1.5                                           | 1.5
      double        | 4.9e-324                                      | 4.9E-324
      double        | 'NaN'                                         | NaN
      double        | '-Infinity'                                   | -Infinity
      string        | ''                                            | ``
      string        | concat('ä€😀', repeat('x', 9))                | ä€😀xxxxxxxxx
      string        | 'ab'::char(4)                                 | ab
      string        | '00112233-4455-6677-8899-aabbccddeeff'::uuid  | 00112233-4455-6677-8899-aabbccddeeff
      date          | '2017-10-15'                                  | 2017-10-15
      date          | '4714-11-24 BC'                               | -4713-11-24
      date          | '1969-12-31'                                  | 1969-12-31
      timestamp     | '2017-10-15 12:34:56.789012Z'                 | 2017-10-15T12:34:56.789012Z
      timestamp     | '1899-12-31 23:59:59.999999Z'                 | 1899-12-31T23:59:59.999999Z
      timestamp_ntz | '2017-10-15 00:00:00.000001'                  | 2017-10-15T00:00:00.000001
      """)
  void everyTypeAndNull(String type, String expression, String shown) {
    List<Row> rows = reader("v " + type, "select " + expression + " as v union all select null").load().collectAsList();
    assertEquals(shown == null ? "" : shown, String.valueOf(rows.get(0).get(0)));
    assertEquals(null, rows.get(1).get(0));
    assertEquals(2, rows.size());
  }

  @Test
  void bytesAreAsTheyAre() {
    Row row = reader("a binary, b binary", "select '\\x00ff10'::bytea a, uuid_send('00112233-4455-6677-8899-aabbccddeeff') b").load().first();
    assertEquals("00ff10", hex(row.getAs("a")));
    assertEquals("00112233445566778899aabbccddeeff", hex(row.getAs("b")));
  }

  private static String hex(byte[] bytes) {
    StringBuilder out = new StringBuilder();
    for (byte b : bytes) {
      out.append(String.format("%02x", b));
    }
    return out.toString();
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
      timestamp     | 'infinity'      | column "v" (timestamptz): value 'infinity' is no timestamp that Spark has
      timestamp_ntz | '-infinity'     | column "v" (timestamp): value '-infinity' is no timestamp that Spark has
      date          | 'infinity'      | column "v" (date): value 'infinity' is no date that Spark has
      timestamp     | '294276-12-31Z' | value '9223371244800000000 µs after 2000-01-01' is out of the range of Spark's timestamp
      int           | 2147483648      | integer out of range
      smallint      | 'x'::text       | invalid input syntax for type smallint
      """)
  void whatSparkCannotHoldIsSaid(String type, String expression, String problem) {
    assertContains(failure(() -> reader("v " + type, "select " + expression + " as v").load().collectAsList()), problem);
  }

  @Test
  void eachQueryIsAPartition() throws SQLException {
    String table = db.table("many", "id bigint, v text");
    db.execute("insert into " + table + " select n, repeat('v', (n % 50)::int) from generate_series(1, 100000) n");
    Dataset<Row> frame =
        reader(
                "id bigint, v string",
                "select * from " + table + " where id <= 30000",
                "select * from " + table + " where id > 30000",
                "select * from " + table + " where false")
            .load();
    assertEquals(3, frame.javaRDD().getNumPartitions());
    assertEquals("[[100000,5000050000,2450000]]", frame.selectExpr("count(*)", "sum(id)", "sum(length(v))").collectAsList().toString());
  }

  @Test
  void onlyTheColumnsThatAreNeeded() throws SQLException {
    String table = db.table("wide", "id bigint, v text, w text");
    db.execute("insert into " + table + " values (1, 'a', 'x'), (2, 'b', 'y')");
    // would fail if it were read
    Dataset<Row> frame = reader("id bigint, v string, w int", "select * from " + table).load();
    assertEquals(List.of("[a,1]", "[b,2]"), sorted(frame.select("v", "id")));
    assertEquals(2, frame.count());
  }

  @Test
  void aRowLargerThanAnyBuffer() {
    Row row = reader("a string, b string", "select repeat('a', 3000000) a, 'b' b").load().selectExpr("length(a)", "b").first();
    assertEquals("[3000000,b]", row.toString());
  }

  @Test
  void allPartitionsOfASnapshotSeeTheSame() throws SQLException {
    String table = db.table("changing", "id bigint");
    db.execute("insert into " + table + " values (1), (2)");
    try (Connection holder = DriverManager.getConnection(Db.url(), Db.user(), Db.password());
        Statement statement = holder.createStatement()) {
      statement.execute("begin isolation level repeatable read, read only");
      String snapshot;
      try (ResultSet exported = statement.executeQuery("select pg_export_snapshot()")) {
        exported.next();
        snapshot = exported.getString(1);
      }
      db.execute("insert into " + table + " values (3)");
      String query = "select id from " + table;
      Dataset<Row> then = reader("id bigint", query, query).option("snapshot", snapshot).option("keepConnections", "true").load();
      assertEquals(List.of("[1]", "[1]", "[2]", "[2]"), sorted(then));
      // connections that were kept have left the snapshot
      Dataset<Row> now = reader("id bigint", query).option("keepConnections", "true").load();
      assertEquals(List.of("[1]", "[2]", "[3]"), sorted(now));
    }
  }

  @Test
  void theNextTaskTakesTheConnection() {
    String query = "select pg_backend_pid() as pid";
    List<String> backends = new ArrayList<>();
    for (int read = 1; read <= 5; read++) {
      backends.addAll(sorted(reader("pid int", query, query, query, query).option("keepConnections", "true").load()));
    }
    assertEquals(2, backends.stream().distinct().count(), "the session has two cores: " + backends);
  }

  @Test
  void aBrokenOneIsReplaced() throws SQLException {
    String query = "select pg_backend_pid() as pid";
    Dataset<Row> frame = reader("pid int", query).option("keepConnections", "true").load();
    String first = frame.first().toString();
    db.execute("select pg_terminate_backend(pid) from pg_stat_activity where application_name = '" + NAME + "'");
    awaitBackends(0);
    assertEquals(false, frame.first().toString().equals(first));
  }

  @Test
  void aReadThatIsNotTakenToItsEndLeavesNoSession() throws SQLException {
    Dataset<Row> frame = reader("n bigint", "select n from generate_series(1, 100000000) n").option("keepConnections", "true").load();
    assertEquals("[[1]]", frame.takeAsList(1).toString());
    awaitBackends(0);
  }

  @Test
  void aServerThatEndsTheSessionFailsTheTaskWhichIsTriedAgain() throws SQLException {
    String table = db.table("tries", "pid int");
    String query = "select id from (select pg_terminate_backend(pg_backend_pid()), 1 id from " + table + ") t";
    db.execute("insert into " + table + " values (1)");
    String problem = failure(() -> reader("id int", query).load().collectAsList());
    assertContains(problem, "failed 3 times", "pgcopy: ", "PSQLException: ");
  }

  @Test
  void aQueryThatTheServerRefuses() {
    String problem = failure(() -> reader("id int", "select id from nowhere.at_all").load().collectAsList());
    assertContains(problem, "pgcopy: starting to read failed", "relation \"nowhere.at_all\" does not exist");
  }

  @Test
  void aTypeThatCannotBeReadIsSaidBeforeAnyTask() {
    String problem = failure(() -> reader("v decimal(10,2)", "select 1.5 v").load().collectAsList());
    assertContains(problem, "pgcopy: column \"v\" can't be read as DECIMAL(10,2); cast it in the query");
  }

  @Test
  void aReadNeedsItsSchema() {
    String problem = failure(() -> spark.read().format("pgcopy").option("url", Db.url()).option("query", "select 1").load());
    assertContains(problem, "pgcopy: a read needs its schema");
  }

  @Test
  void whatWasWrittenIsRead() throws SQLException {
    String table = db.table("both", "id bigint, v text");
    write(ids(1000, 4), table);
    Dataset<Row> frame = reader("id bigint, v string", "select * from " + table).load();
    assertEquals(
        LongStream.range(0, 1000).mapToObj(id -> "[" + id + ",v" + id + "]").sorted().toList(), sorted(frame));
  }
}
