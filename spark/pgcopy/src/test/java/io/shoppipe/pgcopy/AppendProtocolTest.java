package io.shoppipe.pgcopy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.SQLException;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.Test;

/** Protocol append, as a user of Spark sees it. */
class AppendProtocolTest extends Fixture {

  @Test
  void manyPartitionsAndSmallBatches() throws SQLException {
    String table = db.table("many", "id bigint, v text");
    writer(ids(10_000, 60), table).option("batchBytes", 4096).save();
    write(ids(10, 60), table);
    assertEquals("10010|10000|49995045", db.value(SUM + table));
  }

  @Test
  void anEmptyFrameWritesNothing() throws SQLException {
    String table = db.table("none", "id bigint, v text");
    write(ids(0, 1), table);
    write(frame("id bigint, v string"), table);
    assertEquals("0|0|0", db.value(SUM + table));
  }

  @Test
  void aTaskThatFailsMidwayIsRetried() throws SQLException {
    String table = db.table("retried", "id bigint, v text");
    UDF1<Long, Long> flaky =
        id -> {
          if (id % 5_000 == 4_999 && TaskContext.get().attemptNumber() < 2) {
            throw new IllegalStateException("on purpose");
          }
          return id;
        };
    spark.udf().register("flaky", flaky, DataTypes.LongType);
    writer(ids(20_000, 4).selectExpr("flaky(id) id", "v"), table).option("batchBytes", 4096).save();
    assertEquals("20000|20000|199990000", db.value(SUM + table));
  }

  @Test
  void aJobThatFailsLeavesNothing() throws SQLException {
    String table = db.table("failed", "id bigint, v text");
    Dataset<Row> frame = ids(10_000, 4).selectExpr("if(id = 9000, raise_error('on purpose'), id) id", "v");
    failure(() -> writer(frame, table).option("batchBytes", 4096).save());
    assertEquals("0|0|0", db.value(SUM + table));
    assertEquals(List.of(), db.stages());
  }

  @Test
  void theFinalInsertIsAllOrNothing() throws SQLException {
    String table = db.table("checked", "id bigint check (id <> 5000), v text");
    assertContains(failure(() -> write(ids(10_000, 4), table)), "pgcopy: inserting into " + table + " failed", "checked_id_check");
    assertEquals("0|0|0", db.value(SUM + table));
    assertEquals(List.of(), db.stages());
  }

  @Test
  void theStageMayLiveInAnotherSchema() throws SQLException {
    String table = db.table("elsewhere", "id bigint, v text");
    String other = db.schema + " stage";
    db.execute("create schema " + Identifiers.quote(other));
    writer(ids(10, 2), table).option("stageSchema", other).save();
    assertEquals("10|10|45", db.value(SUM + table));
    assertContains(
        failure(() -> writer(ids(10, 2), table).option("stageSchema", "no such").save()), "pgcopy: creating the stage", "no such");
    // without cascade: it must be empty
    db.execute("drop schema " + Identifiers.quote(other));
  }

  @Test
  void overwriteAndOtherModesAreRefused() throws SQLException {
    String table = db.table("modes", "id bigint, v text");
    write(frame("id bigint, v string", RowFactory.create(1L, "a")), table);
    assertContains(message("overwrite", table), "Table `pgcopy ", "does not support truncate");
    assertContains(message("error", table), "\"pgcopy\" cannot be written in the \"ErrorIfExists\" mode");
    assertContains(message("ignore", table), "\"pgcopy\" cannot be written in the \"Ignore\" mode");
    assertContains(failure(() -> writer(ids(5, 1), table).partitionBy("id").save()), "pgcopy: partitionBy means nothing here");
    assertEquals("1|1|1", db.value(SUM + table));
  }

  private String message(String mode, String table) {
    return failure(() -> writer(ids(5, 1), table).mode(mode).save()).lines().findFirst().orElseThrow();
  }
}
