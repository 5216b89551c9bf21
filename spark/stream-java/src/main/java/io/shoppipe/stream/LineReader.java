package io.shoppipe.stream;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;

/** One of an event's {@code lines}. */
final class LineReader extends ObjectReader {
  /** R$; {@code highestLineValue} in src/events/schema.ts. */
  private static final double HIGHEST_VALUE = 1e12;

  byte[] productId;
  int quantity;
  long cents;

  LineReader() {
    super("product_id", "quantity", "price");
  }

  @Override
  void field(int index, JsonParser json) throws IOException, FieldIssue {
    switch (index) {
      case 0 -> productId = Scalars.uuid(json);
      case 1 -> quantity = Scalars.positiveInt(json);
      default -> cents = Scalars.cents(json);
    }
  }

  /** What the fields must hold together. In doubles as JavaScript does it: cents / 100 is the double nearest to the price. */
  void check() throws FieldIssue {
    if (!(quantity * (cents / 100.0) < HIGHEST_VALUE)) {
      throw new FieldIssue("price", "quantity × price must be below 1,000,000,000,000");
    }
  }
}
