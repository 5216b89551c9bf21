package io.shoppipe.stream;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Reads the value of a message on shop.orders, bytes that may be anything, with the same verdict as src/events/read-event.ts and
 * schema.ts have: test/events/reader-conformance.test.ts holds them together. It never throws on account of the bytes.
 */
public final class OrderEventReader {
  /**
   * Jackson's limits are off, as JSON.parse has none: a message is as long as the broker lets it be, and the parser needs memory in
   * proportion, without recursion. Names that collide slow it down at worst.
   */
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
          // Names of unknown fields are not ours: they must not fill the JVM's table of strings.
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(Integer.MAX_VALUE)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private OrderEventReader() {}

  /**
   * @param value null, as a tombstone has it, is malformed
   * @return the event, or why it is none
   */
  public static Reading read(byte[] value) {
    if (value == null || !mayBeJson(value)) {
      return Reading.MALFORMED;
    }
    EventReader reader = new EventReader();
    FieldIssue issue = null;
    try (JsonParser json = JSON.createParser(value)) {
      if (json.nextToken() == null) {
        return Reading.MALFORMED;
      }
      try {
        reader.read(json);
      } catch (FieldIssue first) {
        issue = first;
      }
      if (json.nextToken() != null) {
        return Reading.MALFORMED;
      }
    } catch (JsonProcessingException e) {
      return Reading.MALFORMED;
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory failed", e);
    }
    try {
      if (issue != null) {
        throw issue;
      }
      return new Reading(reader.event(), null);
    } catch (FieldIssue wrong) {
      return new Reading(null, wrong.refusal());
    }
  }

  /** Strict UTF-8, and nothing that makes Jackson guess another encoding or pass over a byte order mark. */
  private static boolean mayBeJson(byte[] value) {
    for (int i = 0; i < Math.min(4, value.length); i++) {
      // Only UTF-16 and UTF-32 have them there.
      if (value[i] == 0) {
        return false;
      }
    }
    boolean marked = value.length >= 3 && value[0] == (byte) 0xEF && value[1] == (byte) 0xBB && value[2] == (byte) 0xBF;
    return !marked && Utf8.isValid(value);
  }
}
