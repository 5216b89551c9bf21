package io.shoppipe.pgcopy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.function.Executable;

/** A Spark session, a database schema, and the few things that every test does with them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class Fixture {
  /** What tells whether each of {@link #ids} is there exactly once; a table's name follows. */
  static final String SUM = "select count(*), count(distinct id), coalesce(sum(id), 0) from ";

  final SparkSession spark = Sessions.get();
  Db db;

  @BeforeAll
  void open() throws SQLException {
    db = new Db();
  }

  @AfterAll
  void close() throws SQLException {
    try {
      assertEquals(List.of(), db.stages(), "stages left behind");
    } finally {
      db.close();
    }
  }

  Dataset<Row> frame(String ddl, Row... rows) {
    return spark.createDataFrame(Arrays.asList(rows), StructType.fromDDL(ddl));
  }

  /** Columns id (0 to {@code count - 1}) and v. */
  Dataset<Row> ids(int count, int partitions) {
    return spark.range(0, count, 1, partitions).selectExpr("id", "concat('v', id) v");
  }

  static DataFrameWriter<Row> writer(Dataset<Row> frame, String table) {
    return frame
        .write()
        .format("pgcopy")
        .option("url", Db.url())
        .option("user", Db.user())
        .option("password", Db.password())
        .option("table", table)
        .mode("append");
  }

  static void write(Dataset<Row> frame, String table) {
    writer(frame, table).save();
  }

  /** Writes one column of Spark SQL into a new table with one column of the given type, and gives back how the server prints it. */
  String roundTrip(String expression, String type) throws SQLException {
    String table = db.table("one", "v " + type);
    write(spark.sql("select " + expression + " as v"), table);
    return db.value("select v::text from " + table);
  }

  /** The same for a value that must not get through; gives back the whole chain of exceptions, and checks that nothing was written. */
  String refused(String expression, String type) throws SQLException {
    String table = db.table("one", "v " + type);
    String problem = failure(() -> write(spark.sql("select " + expression + " as v"), table));
    assertEquals("0", db.value("select count(*) from " + table));
    return problem;
  }

  /** The whole chain of exceptions, with stack traces. */
  static String failure(Executable action) {
    StringWriter text = new StringWriter();
    assertThrows(Exception.class, action).printStackTrace(new PrintWriter(text));
    return text.toString();
  }

  static void assertContains(String text, String... parts) {
    for (String part : parts) {
      assertTrue(text.contains(part), () -> "no «" + part + "» in: " + text);
    }
  }
}
