package io.shoppipe.stream;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/**
 * For test/events/reader-conformance.test.ts: reads message values from stdin, one per line in base64, and answers each with a line of
 * JSON, {@code {"refused":"…"}} or {@code {"event":{…}}}.
 */
public final class ReadLines {
  private ReadLines() {}

  public static void main(String[] args) throws IOException {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    ObjectMapper json = new ObjectMapper();
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      Reading reading = OrderEventReader.read(Base64.getDecoder().decode(line));
      Map<String, Object> answer = reading.event() == null ? Map.of("refused", reading.refused()) : Map.of("event", fields(reading.event()));
      out.println(json.writeValueAsString(answer));
    }
  }

  private static Map<String, Object> fields(OrderEvent event) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("order_id", uuid(event.orderId()));
    fields.put("version", event.version());
    fields.put("status", event.status());
    fields.put("event_time", event.eventTime().toEpochMilli());
    fields.put("order_timestamp", event.orderTimestamp().toEpochMilli());
    fields.put("customer_id", uuid(event.customer().id()));
    fields.put("customer_name", event.customer().name());
    fields.put("customer_email", event.customer().email());
    fields.put("customer_created_at", event.customer().createdAt().toEpochMilli());
    fields.put("product_ids", event.productIds().stream().map(ReadLines::uuid).toList());
    fields.put("quantities", event.quantities());
    fields.put("prices", event.prices().stream().map(price -> price.toPlainString()).toList());
    return fields;
  }

  private static String uuid(byte[] id) {
    ByteBuffer bytes = ByteBuffer.wrap(id);
    return new UUID(bytes.getLong(), bytes.getLong()).toString();
  }
}
