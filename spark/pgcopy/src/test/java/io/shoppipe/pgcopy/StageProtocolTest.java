package io.shoppipe.pgcopy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.spark.sql.connector.write.WriterCommitMessage;
import org.junit.jupiter.api.Test;

class StageProtocolTest extends Fixture {
  private static final String STAGE = "id bigint, v text, pgcopy_task bigint not null, pgcopy_write uuid not null";

  private static Map<String, String> stage(String id) {
    return Map.of("protocol", "stage", "writeId", id);
  }

  @Test
  void reportsWhatEachTaskWrote() throws Exception {
    String table = db.table("stage", STAGE);
    String id = UUID.randomUUID().toString();
    writer(spark.range(0, 1000, 1, 3).selectExpr("id", "'x' v"), table).options(stage(id)).save();
    JsonNode report = new ObjectMapper().readTree(Commits.take(id));
    assertEquals(List.of("write_id", "rows", "tasks"), names(report));
    assertEquals(id, report.get("write_id").asText());
    assertEquals(1000, report.get("rows").asLong());
    List<String> reported = new ArrayList<>();
    for (JsonNode task : report.get("tasks")) {
      assertEquals(List.of("partition", "task", "rows"), names(task));
      assertEquals(reported.size(), task.get("partition").asInt());
      reported.add(task.get("task") + "|" + task.get("rows") + "|" + id);
    }
    reported.sort(null);
    assertEquals(
        reported,
        db.rows("select pgcopy_task, count(*), pgcopy_write from " + table + " group by 1, 3 order by pgcopy_task::text collate \"C\""));
    assertNull(Commits.take(id), "a report is taken once");
  }

  private static List<String> names(JsonNode node) {
    List<String> names = new ArrayList<>();
    node.fieldNames().forEachRemaining(names::add);
    return names;
  }

  @Test
  void anUnknownWriteHasNoReport() {
    assertNull(Commits.take(UUID.randomUUID().toString()));
    assertNull(Commits.take("no uuid"));
  }

  @Test
  void aFailedWriteHasNoReport() throws SQLException {
    String table = db.table("stage", STAGE);
    String id = UUID.randomUUID().toString();
    failure(() -> writer(spark.sql("select 1L id, concat('a', char(0)) v"), table).options(stage(id)).save());
    assertNull(Commits.take(id));
  }

  @Test
  void losersStayInTheStageUnderAnotherTask() throws Exception {
    String table = db.table("stage", STAGE);
    String id = UUID.randomUUID().toString();
    HandDriven job = new HandDriven(table, stage(id)).start();
    HandDriven.commit(job.attempt(0, 10, 0, 5));
    WriterCommitMessage winner = HandDriven.commit(job.attempt(0, 11, 0, 5));
    job.attempt(1, 12, 5, 9).abort();
    WriterCommitMessage empty = HandDriven.commit(job.attempt(1, 13, 5, 5));
    job.write.commit(new WriterCommitMessage[] {winner, empty});
    assertEquals(
        "{\"write_id\":\"" + id + "\",\"rows\":5,\"tasks\":[{\"partition\":0,\"task\":11,\"rows\":5},{\"partition\":1,\"task\":13,\"rows\":0}]}",
        Commits.take(id));
    assertEquals(List.of("10|5", "11|5"), db.rows("select pgcopy_task, count(*) from " + table + " group by 1 order by 1"));
  }

  @Test
  void anIdThatWaitsToBeTakenIsRefused() throws Exception {
    String table = db.table("stage", STAGE);
    String id = UUID.randomUUID().toString();
    new HandDriven(table, stage(id)).start().write.commit(new WriterCommitMessage[0]);
    assertContains(failure(() -> new HandDriven(table, stage(id)).start()), "pgcopy: writeId " + id + " was used before");
    assertEquals("{\"write_id\":\"" + id + "\",\"rows\":0,\"tasks\":[]}", Commits.take(id));
    new HandDriven(table, stage(id)).start();
  }

  @Test
  void theStageMustBeOne() throws SQLException {
    String id = UUID.randomUUID().toString();
    String plain = db.table("plain", "id bigint, v text");
    assertContains(failure(() -> new HandDriven(plain, stage(id))), "protocol stage needs a column pgcopy_task bigint");
    String stage = db.table("stage", STAGE);
    assertContains(failure(() -> new HandDriven(stage, Map.of())), "it looks like a stage; use protocol stage");
    assertContains(failure(() -> new HandDriven(stage, Map.of("protocol", "stage"))), "option writeId is missing");
    assertContains(
        failure(() -> writer(spark.sql("select 1L pgcopy_task"), stage).options(stage(id)).save()), "pgcopy_task is filled by pgcopy");
  }

  @Test
  void theWriteColumnIsOptional() throws Exception {
    String table = db.table("stage", "id bigint, v text, pgcopy_task bigint");
    String id = UUID.randomUUID().toString();
    writer(spark.sql("select 1L id"), table).options(stage(id)).save();
    assertEquals("1", db.value("select count(*) from " + table + " where pgcopy_task is not null"));
    Commits.take(id);
  }
}
