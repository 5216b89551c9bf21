package io.shoppipe.stream;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Asks Kafka what a topic is: a topic that was deleted and made again has another id, and its offsets mean other messages. One client
 * per set of properties stays open until {@link #close}.
 */
public final class TopicProbe {
  private static final Map<Map<String, String>, AdminClient> CLIENTS = new HashMap<>();

  private static final ListOffsetsOptions COMMITTED = new ListOffsetsOptions(IsolationLevel.READ_COMMITTED);

  private TopicProbe() {}

  /**
   * @param kafkaProperties of an admin client, such as {@code bootstrap.servers}
   * @return {@code {"cluster_id":"…","topic_id":"…","partitions":{"0":{"earliest":n,"latest":n}}}}, or
   *     {@code {"missing":true,"cluster_id":"…"}}. latest is the end of what may be read by now: the offset that the next message gets, or
   *     the first of a transaction that is open
   * @throws TopicProbeException if Kafka does not answer in time or refuses us
   */
  public static String describe(Map<String, String> kafkaProperties, String topic, long timeoutMs) {
    return ask(
        kafkaProperties,
        timeoutMs,
        asked -> {
          String cluster = "\"cluster_id\":" + quoted(asked.answer(asked.admin().describeCluster().clusterId()));
          TopicDescription described = asked.topic(topic);
          if (described == null) {
            return "{\"missing\":true," + cluster + "}";
          }
          Map<Integer, Long> earliest = asked.offsets(described, OffsetSpec.earliest());
          Map<Integer, Long> latest = asked.offsets(described, OffsetSpec.latest());
          String partitions =
              earliest.keySet().stream()
                  .map(p -> "\"" + p + "\":{\"earliest\":" + earliest.get(p) + ",\"latest\":" + latest.get(p) + "}")
                  .collect(Collectors.joining(","));
          return "{" + cluster + ",\"topic_id\":" + quoted(described.topicId().toString()) + ",\"partitions\":{" + partitions + "}}";
        });
  }

  /**
   * One request, for every micro-batch.
   *
   * @return null if there is no such topic
   * @throws TopicProbeException as {@link #describe} does
   */
  public static String topicId(Map<String, String> kafkaProperties, String topic, long timeoutMs) {
    return ask(
        kafkaProperties,
        timeoutMs,
        asked -> {
          TopicDescription described = asked.topic(topic);
          return described == null ? null : described.topicId().toString();
        });
  }

  /** Closes all clients; the next question opens one again. */
  public static void close() {
    synchronized (CLIENTS) {
      CLIENTS.values().forEach(client -> client.close(Duration.ZERO));
      CLIENTS.clear();
    }
  }

  private static String ask(Map<String, String> kafkaProperties, long timeoutMs, Question question) {
    Map<String, String> properties = new HashMap<>(kafkaProperties);
    String servers = properties.getOrDefault(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, "(no bootstrap.servers)");
    try {
      return question.of(new Asked(client(properties), System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs)));
    } catch (TimeoutException | org.apache.kafka.common.errors.TimeoutException e) {
      throw new TopicProbeException("kafka at " + servers + " does not answer within " + timeoutMs + " ms", e);
    } catch (KafkaException e) {
      throw new TopicProbeException("kafka at " + servers + ": " + reason(e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TopicProbeException("asking kafka at " + servers + " was interrupted", e);
    }
  }

  /** The innermost message: what is around it is "Failed to create new KafkaAdminClient" and the like. */
  private static String reason(Throwable problem) {
    Throwable innermost = problem;
    while (innermost.getCause() != null) {
      innermost = innermost.getCause();
    }
    String said = innermost.getMessage() == null ? innermost.getClass().getSimpleName() : innermost.getMessage();
    return said.lines().findFirst().orElse("");
  }

  private static AdminClient client(Map<String, String> properties) {
    synchronized (CLIENTS) {
      return CLIENTS.computeIfAbsent(properties, given -> AdminClient.create(new HashMap<String, Object>(given)));
    }
  }

  private static String quoted(String text) {
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }

  private interface Question {
    String of(Asked asked) throws InterruptedException, TimeoutException;
  }

  /** @param deadline by {@link System#nanoTime}, for all requests together */
  private record Asked(AdminClient admin, long deadline) {

    <T> T answer(KafkaFuture<T> future) throws InterruptedException, TimeoutException {
      try {
        return future.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
      } catch (ExecutionException e) {
        throw e.getCause() instanceof KafkaException known ? known : new KafkaException(e.getCause());
      }
    }

    /** @return null if there is none */
    TopicDescription topic(String name) throws InterruptedException, TimeoutException {
      try {
        return answer(admin.describeTopics(List.of(name)).topicNameValues().get(name));
      } catch (UnknownTopicOrPartitionException e) {
        return null;
      }
    }

    Map<Integer, Long> offsets(TopicDescription topic, OffsetSpec spec) throws InterruptedException, TimeoutException {
      Map<TopicPartition, OffsetSpec> wanted =
          topic.partitions().stream()
              .map(TopicPartitionInfo::partition)
              .collect(Collectors.toMap(partition -> new TopicPartition(topic.name(), partition), partition -> spec));
      Map<TopicPartition, ListOffsetsResultInfo> found = answer(admin.listOffsets(wanted, COMMITTED).all());
      return found.entrySet().stream()
          .collect(Collectors.toMap(e -> e.getKey().partition(), e -> e.getValue().offset(), (a, b) -> a, TreeMap::new));
    }
  }
}
