package io.shoppipe.pgcopy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.connector.write.DataWriter;
import org.apache.spark.sql.connector.write.WriterCommitMessage;
import org.junit.jupiter.api.Test;

/** Protocol append when attempts, connections, drivers or the server fail. */
class AppendFailuresTest extends Fixture {

  @Test
  void aCommitThatTheServerBreaksIsAnError() throws SQLException {
    String table = db.table("broken", "id bigint, v text");
    db.execute(
        "create function " + db.name("die") + "() returns trigger language plpgsql as "
            + "$$ begin perform pg_terminate_backend(pg_backend_pid()); perform pg_sleep(1); return null; end $$;"
            + "create constraint trigger die after insert on " + table + " deferrable initially deferred for each row execute function "
            + db.name("die") + "()");
    assertContains(failure(() -> write(ids(1, 1), table)), "pgcopy: committing the rows of " + table + " failed");
    assertEquals("0|0|0", db.value(SUM + table));
    assertEquals(List.of(), db.stages());
  }

  @Test
  void aCommitWhoseAnswerIsLostIsLookedUp() throws Exception {
    String table = db.table("answered", "id bigint, v text");
    try (CuttingProxy proxy = new CuttingProxy(false)) {
      writer(ids(100, 2), table).option("url", proxy.url()).save();
    }
    assertEquals("100|100|4950", db.value(SUM + table));
    assertEquals(List.of(), db.stages());
  }

  @Test
  void aCommitThatNeverReachedTheServerIsAnError() throws Exception {
    String table = db.table("unheard", "id bigint, v text");
    try (CuttingProxy proxy = new CuttingProxy(true)) {
      String problem = failure(() -> writer(ids(100, 2), table).option("url", proxy.url()).save());
      assertContains(problem, "pgcopy: committing the rows of " + table + " failed");
    }
    assertEquals("0|0|0", db.value(SUM + table));
    assertEquals(List.of(), db.stages());
  }

  @Test
  void aSpeculativeDuplicateCountsOnce() throws Exception {
    String table = db.table("twice", "id bigint, v text");
    HandDriven job = new HandDriven(table, Map.of()).start();
    HandDriven.commit(job.attempt(0, 100, 0, 50));
    WriterCommitMessage winner = HandDriven.commit(job.attempt(0, 101, 0, 50));
    WriterCommitMessage other = HandDriven.commit(job.attempt(1, 102, 50, 80));
    DataWriter<InternalRow> aborted = job.attempt(1, 103, 50, 70);
    aborted.abort();
    aborted.close();
    // killed without a word
    job.attempt(1, 104, 50, 60).close();
    job.write.commit(new WriterCommitMessage[] {winner, other});
    assertEquals("80|80|3160", db.value(SUM + table));
    assertEquals(List.of(), db.stages());
  }

  @Test
  void aStragglerDoesNotHoldUpTheCommitAndItsStageIsSweptLater() throws Exception {
    String table = db.table("slow", "id bigint, v text");
    HandDriven job = new HandDriven(table, Map.of("batchBytes", "4096")).start();
    WriterCommitMessage winner = HandDriven.commit(job.attempt(0, 200, 0, 1000));
    DataWriter<InternalRow> straggler = job.attempt(0, 201, 0, 900);
    job.write.commit(new WriterCommitMessage[] {winner});
    assertEquals("1000|1000|499500", db.value(SUM + table));
    assertEquals(1, db.stages().size());
    straggler.abort();
    write(ids(1, 1), table);
    assertEquals(List.of(), db.stages());
  }

  @Test
  void theOrphanOfADeadDriverIsSweptAndALiveStageIsNot() throws Exception {
    String table = db.table("orphans", "id bigint, v text");
    HandDriven dead = new HandDriven(table, Map.of("applicationName", "pgcopy dead")).start();
    HandDriven.commit(dead.attempt(0, 300, 0, 10));
    HandDriven alive = new HandDriven(table, Map.of()).start();
    WriterCommitMessage message = HandDriven.commit(alive.attempt(0, 301, 0, 10));
    assertEquals(2, db.stages().size());
    terminate("pgcopy dead");
    write(ids(1, 1), table);
    assertEquals(1, db.stages().size());
    alive.write.commit(new WriterCommitMessage[] {message});
    assertEquals("11|10|45", db.value(SUM + table));
    dead.write.abort(new WriterCommitMessage[0]);
  }

  @Test
  void aLostDriverConnectionIsReplaced() throws Exception {
    String table = db.table("reconnected", "id bigint, v text");
    HandDriven job = new HandDriven(table, Map.of("applicationName", "pgcopy lost")).start();
    WriterCommitMessage message = HandDriven.commit(job.attempt(0, 400, 0, 10));
    terminate("pgcopy lost");
    job.write.commit(new WriterCommitMessage[] {message});
    assertEquals("10|10|45", db.value(SUM + table));
  }

  @Test
  void rowsMissingFromTheStageAreNoticed() throws Exception {
    String table = db.table("crashed", "id bigint, v text");
    HandDriven job = new HandDriven(table, Map.of()).start();
    WriterCommitMessage message = HandDriven.commit(job.attempt(0, 500, 0, 10));
    // what a crash of the server does to an unlogged table
    db.execute("truncate " + db.name(db.stages().get(0)));
    WriterCommitMessage[] messages = {message};
    assertContains(failure(() -> job.write.commit(messages)), "staged 10 rows", "but 0 were there", "nothing was written");
    job.write.abort(messages);
    assertEquals("0|0|0", db.value(SUM + table));
  }

  private void terminate(String applicationName) throws Exception {
    String sessions = "select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = '" + applicationName + "'";
    assertNotEquals("0", db.value(sessions));
    long deadline = System.nanoTime() + 10_000_000_000L;
    while (!db.value(sessions).equals("0") && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
  }
}
