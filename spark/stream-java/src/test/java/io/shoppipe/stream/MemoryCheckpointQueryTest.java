package io.shoppipe.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.GlobFilter;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.function.VoidFunction2;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.junit.jupiter.api.Test;

/** A real query from a real broker with its checkpoint in memory. */
class MemoryCheckpointQueryTest {

  private static StreamingQuery start(SparkSession spark, Broker broker, String checkpoint, VoidFunction2<Dataset<Row>, Long> batch)
      throws Exception {
    return spark
        .readStream()
        .format("kafka")
        .option("kafka.bootstrap.servers", Broker.servers())
        .option("subscribe", broker.topic)
        .option("startingOffsets", "{\"" + broker.topic + "\":{\"0\":0,\"1\":0}}")
        .option("maxOffsetsPerTrigger", 20)
        .load()
        .writeStream()
        .foreachBatch(batch)
        .option("checkpointLocation", checkpoint)
        .start();
  }

  private static int files(String folder) throws Exception {
    return new MemoryCheckpoints(new Path(folder), new Configuration(false)).list(new Path(folder), new GlobFilter("*")).length;
  }

  private static SparkSession session() {
    SparkSession spark = Sessions.create();
    spark.conf().set("spark.sql.streaming.checkpointFileManagerClass", MemoryCheckpoints.class.getName());
    spark.conf().set("spark.sql.streaming.minBatchesToRetain", "2");
    return spark;
  }

  @Test
  void offsetsAreThereBeforeTheBatchAndPurgedAfterwards() throws Exception {
    SparkSession spark = session();
    String root = "memory:/" + UUID.randomUUID();
    List<String> planned = new ArrayList<>();
    AtomicLong rows = new AtomicLong();
    VoidFunction2<Dataset<Row>, Long> batch =
        (frame, id) -> {
          String[] log = MemoryCheckpoints.read(root + "/offsets/" + id).split("\n");
          assertEquals("v1", log[0]);
          planned.add(log[2]);
          rows.addAndGet(frame.count());
        };
    try (Broker broker = new Broker().create(2)) {
      broker.produce(0, 150);
      broker.produce(1, 150);
      StreamingQuery query = start(spark, broker, root, batch);
      query.processAllAvailable();
      assertEquals(300, rows.get());
      assertEquals(15, planned.size());
      ObjectMapper json = new ObjectMapper();
      String end = "{\"" + broker.topic + "\":{\"0\":%d,\"1\":%d}}";
      assertEquals(json.readTree(end.formatted(10, 10)), json.readTree(planned.get(0)));
      assertEquals(json.readTree(end.formatted(150, 150)), json.readTree(planned.get(14)));
      assertTrue(files(root + "/offsets") <= 3, "Spark purges what it need not retain");
      assertTrue(files(root + "/commits") <= 3);
      query.stop();

      // The same checkpoint again: it goes on where it was.
      broker.produce(0, 5);
      query = start(spark, broker, root, batch);
      query.processAllAvailable();
      assertEquals(305, rows.get());
      query.stop();

      MemoryCheckpoints.forget(root);
      assertNull(MemoryCheckpoints.read(root + "/offsets/15"));
    }
  }

  @Test
  void twoQueriesHaveTwoCheckpoints() throws Exception {
    SparkSession spark = session();
    List<String> roots = List.of("memory:/" + UUID.randomUUID(), "memory:/" + UUID.randomUUID());
    AtomicLong[] rows = {new AtomicLong(), new AtomicLong()};
    try (Broker broker = new Broker().create(2)) {
      broker.produce(0, 60);
      StreamingQuery[] queries = new StreamingQuery[2];
      for (int i = 0; i < 2; i++) {
        AtomicLong count = rows[i];
        queries[i] = start(spark, broker, roots.get(i), (frame, id) -> count.addAndGet(frame.count()));
      }
      for (StreamingQuery query : queries) {
        query.processAllAvailable();
        query.stop();
      }
      assertEquals(List.of(60L, 60L), Arrays.stream(rows).map(AtomicLong::get).toList());
      roots.forEach(MemoryCheckpoints::forget);
    }
  }
}
