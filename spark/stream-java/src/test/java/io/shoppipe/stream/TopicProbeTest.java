package io.shoppipe.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TopicProbeTest {
  private static final long TIMEOUT = 10_000;

  @AfterEach
  void close() {
    TopicProbe.close();
  }

  private static JsonNode describe(Broker broker) throws Exception {
    return new ObjectMapper().readTree(TopicProbe.describe(broker.properties, broker.topic, TIMEOUT));
  }

  @Test
  void aTopicIsDescribed() throws Exception {
    try (Broker broker = new Broker().create(3)) {
      broker.produce(0, 5);
      broker.produce(2, 7);
      broker.deleteBelow(2, 4);
      JsonNode topic = describe(broker);
      assertEquals(
          "{\"0\":{\"earliest\":0,\"latest\":5},\"1\":{\"earliest\":0,\"latest\":0},\"2\":{\"earliest\":4,\"latest\":7}}",
          topic.get("partitions").toString());
      assertEquals(TopicProbe.topicId(broker.properties, broker.topic, TIMEOUT), topic.get("topic_id").asText());
      assertFalse(topic.get("cluster_id").asText().isEmpty());
    }
  }

  @Test
  void anOpenTransactionEndsWhatMayBeRead() throws Exception {
    try (Broker broker = new Broker().create(1)) {
      broker.produce(0, 2);
      KafkaProducer<String, String> open = broker.produceOpen(0, 3);
      broker.produce(0, 4);
      assertEquals(2, describe(broker).at("/partitions/0/latest").asInt());
      open.abortTransaction();
      open.close();
      // The mark of the abort has an offset too; it is written a little after the abort is acknowledged.
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      int latest = 2;
      while (latest == 2 && System.nanoTime() < deadline) {
        latest = describe(broker).at("/partitions/0/latest").asInt();
      }
      assertEquals(2 + 3 + 4 + 1, latest);
    }
  }

  @Test
  void aTopicThatIsMadeAgainHasAnotherId() throws Exception {
    try (Broker broker = new Broker().create(1)) {
      String first = TopicProbe.topicId(broker.properties, broker.topic, TIMEOUT);
      broker.delete();
      assertNull(TopicProbe.topicId(broker.properties, broker.topic, TIMEOUT));
      JsonNode missing = describe(broker);
      assertTrue(missing.get("missing").asBoolean());
      assertFalse(missing.get("cluster_id").asText().isEmpty());
      broker.create(1);
      assertNotEquals(first, TopicProbe.topicId(broker.properties, broker.topic, TIMEOUT));
    }
  }

  @Test
  void aBrokerThatIsAwayIsToldInOneLine() {
    Map<String, String> nobody = Map.of("bootstrap.servers", "127.0.0.1:1");
    String said = assertThrows(TopicProbeException.class, () -> TopicProbe.describe(nobody, "shop.orders", 300)).getMessage();
    assertEquals("kafka at 127.0.0.1:1 does not answer within 300 ms", said);
  }

  @Test
  void whatAClientCannotBeMadeOfIsTold() {
    Map<String, String> wrong = Map.of("bootstrap.servers", "no-port");
    String said = assertThrows(TopicProbeException.class, () -> TopicProbe.topicId(wrong, "shop.orders", 300)).getMessage();
    assertEquals("kafka at no-port: Invalid url in bootstrap.servers: no-port", said);
  }
}
