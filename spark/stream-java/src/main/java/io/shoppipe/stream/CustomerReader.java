package io.shoppipe.stream;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.time.Instant;

/** An event's {@code customer}. */
final class CustomerReader extends ObjectReader {
  /** In characters (code points); {@code longest} in src/events/schema.ts. */
  private static final int LONGEST_NAME = 1000;

  private static final int LONGEST_EMAIL = 320;

  private byte[] id;
  private String name;
  private String email;
  private Instant createdAt;

  CustomerReader() {
    super("id", "name", "email", "created_at");
  }

  @Override
  void field(int index, JsonParser json) throws IOException, FieldIssue {
    switch (index) {
      case 0 -> id = Scalars.uuid(json);
      case 1 -> name = Scalars.text(json, LONGEST_NAME);
      case 2 -> email = Scalars.text(json, LONGEST_EMAIL);
      default -> createdAt = Instants.read(json);
    }
  }

  /** After {@link #read} found nothing wrong. */
  OrderEvent.Customer customer() {
    return new OrderEvent.Customer(id, name, email, createdAt);
  }
}
