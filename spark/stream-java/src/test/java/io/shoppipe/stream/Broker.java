package io.shoppipe.stream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;

/** The broker of the test run, and topics on it that are gone on close. */
final class Broker implements AutoCloseable {
  final Map<String, String> properties = Map.of("bootstrap.servers", servers());
  final String topic = "stream_java_" + UUID.randomUUID().toString().replace("-", "");
  private final Admin admin = Admin.create(Map.of("bootstrap.servers", servers()));

  static String servers() {
    String given = System.getenv("SHOP_TEST_KAFKA");
    if (given == null) {
      throw new AssertionError("SHOP_TEST_KAFKA is not set: these tests need {\"brokers\":[\"host:port\"]} of a broker to make topics on");
    }
    try {
      return new ObjectMapper().readTree(given).get("brokers").get(0).asText();
    } catch (JsonProcessingException e) {
      throw new AssertionError("SHOP_TEST_KAFKA is " + given, e);
    }
  }

  private static <T> T join(KafkaFuture<T> asked) {
    return asked.toCompletionStage().toCompletableFuture().join();
  }

  Broker create(int partitions) {
    join(admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1))).all());
    return this;
  }

  void delete() {
    join(admin.deleteTopics(List.of(topic)).all());
  }

  /** Messages of no consequence. */
  void produce(int partition, int count) {
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(Map.of("bootstrap.servers", servers()), new StringSerializer(), new StringSerializer())) {
      for (int i = 0; i < count; i++) {
        producer.send(new ProducerRecord<>(topic, partition, "key", "value " + i));
      }
    }
  }

  /** Messages of a transaction that stays open until the producer is closed, which aborts it. */
  KafkaProducer<String, String> produceOpen(int partition, int count) {
    Map<String, Object> settings = Map.of("bootstrap.servers", servers(), "transactional.id", topic);
    KafkaProducer<String, String> producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
    producer.initTransactions();
    producer.beginTransaction();
    for (int i = 0; i < count; i++) {
      producer.send(new ProducerRecord<>(topic, partition, "key", "value " + i));
    }
    producer.flush();
    return producer;
  }

  /** What retention does: the messages below an offset are gone. */
  void deleteBelow(int partition, long offset) {
    join(admin.deleteRecords(Map.of(new TopicPartition(topic, partition), RecordsToDelete.beforeOffset(offset))).all());
  }

  @Override
  public void close() {
    if (join(admin.listTopics().names()).contains(topic)) {
      delete();
    }
    admin.close();
  }
}
