package io.shoppipe.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** By example; test/events/reader-conformance.test.ts compares it with the schema on many thousands of messages. */
class OrderEventReaderTest {
  static final String EVENT =
      """
      {"event_id":"3d5a1f0e-8c41-4b7a-9d27-51f0c2a6e884","event_type":"order_approved","version":2,\
      "event_time":"2026-03-02T14:05:09.120Z","status":"approved","order_id":"9be2c7d4-0f35-4d1b-b6a8-7e21f94c5a03",\
      "order_timestamp":"2026-03-02T14:04:51.377Z",\
      "customer":{"id":"06b8999e-2fba-1a1f-bc88-172c00ba8bc7","name":"Célia 😀","email":"c@example.com","created_at":"1969-02-11T09:30:12.000Z"},\
      "lines":[{"product_id":"4244733e-06e7-ecb4-970a-6e2683c13e61","quantity":2,"price":"74.9"},\
      {"product_id":"4244733e-06e7-ecb4-970a-6e2683c13e62","quantity":1,"price":"5"}]}""";

  private static Reading read(String text) {
    return OrderEventReader.read(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void everyFieldIsThere() {
    OrderEvent event = read(EVENT).event();
    assertEquals("9be2c7d40f354d1bb6a87e21f94c5a03", HexFormat.of().formatHex(event.orderId()));
    assertEquals(2, event.version());
    assertEquals("approved", event.status());
    assertEquals(Instant.parse("2026-03-02T14:05:09.120Z"), event.eventTime());
    assertEquals(Instant.parse("2026-03-02T14:04:51.377Z"), event.orderTimestamp());
    assertEquals("06b8999e2fba1a1fbc88172c00ba8bc7", HexFormat.of().formatHex(event.customer().id()));
    assertEquals("Célia 😀", event.customer().name());
    assertEquals("c@example.com", event.customer().email());
    assertEquals(Instant.parse("1969-02-11T09:30:12Z"), event.customer().createdAt());
    assertEquals(2, event.productIds().size());
    assertArrayEquals(HexFormat.of().parseHex("4244733e06e7ecb4970a6e2683c13e62"), event.productIds().get(1));
    assertEquals(List.of(2, 1), event.quantities());
    assertEquals(List.of(new BigDecimal("74.90"), new BigDecimal("5.00")), event.prices());
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
      "version":2               | "version":0                | version
      "version":2               | "version":"2"              | version
      "version":2               | "version":{"a":[1]}        | version
      "version":2               | "x":2                      | version
      "version":2               | "version":2,"version":[]   | version
      "order_approved"          | "order_shipped"            | event_type
      "9be2c7d4-0f35            | "9BE2C7D4-0F35             | order_id
      14:04:51.377Z             | 24:04:51.377Z              | order_timestamp
      "c@example.com"           | "c\\ud83d"                 | customer.email
      "c@example.com"           | ""                         | customer.email
      "quantity":1              | "quantity":1.5             | lines.1.quantity
      "price":"5"               | "price":5                  | lines.1.price
      "quantity":1,"price":"5"  | "quantity":200,"price":"5000000000" | lines.1.price
      c13e62"                   | c13e61"                    | lines
      "lines":[                 | "lines":[7,                | lines.0
      "customer":{              | "customer":[],"other":{    | customer
      """)
  void theFieldThatIsWrongIsNamed(String piece, String by, String path) {
    assertTrue(EVENT.contains(piece));
    Reading reading = read(EVENT.replace(piece, by));
    assertNull(reading.event());
    assertEquals(path, reading.refused().substring(0, reading.refused().indexOf(": ")));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
      "version":2               | "version":20e-1
      "version":2               | "version":[],"version":2
      "version":2               | "x":{"y":[[[1]]]},"\\u0076ersion":2.0
      "quantity":2,"price":"74.9" | "quantity":100,"price":"9999999999.99"
      ,"lines"                  | , "lines"
      """)
  void whatMayBeOtherwise(String piece, String by) {
    assertTrue(EVENT.contains(piece));
    assertNull(read(EVENT.replace(piece, by)).refused());
  }

  @Test
  void whatIsNoJsonIsMalformed() {
    for (String text : List.of("", " ", "{", EVENT + "}", EVENT + EVENT, "\ufeff" + EVENT, EVENT.replace(':', '='), "nul", "[1,]")) {
      assertEquals("malformed_json", read(text).refused(), text);
    }
    assertEquals("malformed_json", OrderEventReader.read(null).refused());
    assertEquals("malformed_json", OrderEventReader.read(EVENT.getBytes(StandardCharsets.UTF_16LE)).refused());
    // é in latin1, and half of a surrogate pair as CESU-8 has it
    assertEquals("malformed_json", OrderEventReader.read(EVENT.replace("😀", "").getBytes(StandardCharsets.ISO_8859_1)).refused());
    byte[] surrogate = EVENT.replace("Célia 😀", "???").getBytes(StandardCharsets.US_ASCII);
    int at = new String(surrogate, StandardCharsets.US_ASCII).indexOf("???");
    System.arraycopy(new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80}, 0, surrogate, at, 3);
    assertEquals("malformed_json", OrderEventReader.read(surrogate).refused());
  }

  @Test
  void jsonThatIsNoObject() {
    assertEquals("value: expected an object", read("[]").refused());
    assertEquals("value: expected an object", read(" null ").refused());
  }

  /** Tasks of one executor share nothing, and yet the parser's table of names. */
  @Test
  void manyThreadsAtOnce() {
    long good =
        IntStream.range(0, 20_000)
            .parallel()
            .filter(n -> read(EVENT.replace("\"version\":2", "\"f" + n + "\":0,\"version\":" + (n + 1))).event().version() == n + 1)
            .count();
    assertEquals(20_000, good);
  }
}
