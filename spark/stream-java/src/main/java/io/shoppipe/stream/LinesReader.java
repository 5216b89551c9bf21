package io.shoppipe.stream;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** An event's {@code lines}: 1 to 100 objects. */
final class LinesReader {
  /** {@code mostLines} in src/events/schema.ts. */
  private static final int MOST = 100;

  private final LineReader line = new LineReader();
  private List<byte[]> productIds;
  private List<Integer> quantities;
  private List<BigDecimal> prices;

  /** As {@link ObjectReader#read}; too many lines are told before a wrong one of them. */
  void read(JsonParser json) throws IOException, FieldIssue {
    if (json.currentToken() != JsonToken.START_ARRAY) {
      throw new FieldIssue("expected an array");
    }
    productIds = new ArrayList<>();
    quantities = new ArrayList<>();
    prices = new ArrayList<>();
    FieldIssue first = null;
    int count = 0;
    for (; json.nextToken() != JsonToken.END_ARRAY; count++) {
      if (first != null || count >= MOST) {
        json.skipChildren();
        continue;
      }
      try {
        readLine(json);
      } catch (FieldIssue issue) {
        first = issue.at(String.valueOf(count));
      }
    }
    if (count < 1 || count > MOST) {
      throw new FieldIssue("expected 1 to " + MOST + " lines");
    }
    if (first != null) {
      throw first;
    }
  }

  private void readLine(JsonParser json) throws IOException, FieldIssue {
    line.read(json);
    line.check();
    productIds.add(line.productId);
    quantities.add(line.quantity);
    prices.add(BigDecimal.valueOf(line.cents, 2));
  }

  /** Whether a product is in two lines; a loop in a loop, as there are few. */
  boolean repeatsAProduct() {
    for (int i = 1; i < productIds.size(); i++) {
      for (int j = 0; j < i; j++) {
        if (Arrays.equals(productIds.get(i), productIds.get(j))) {
          return true;
        }
      }
    }
    return false;
  }

  List<byte[]> productIds() {
    return productIds;
  }

  List<Integer> quantities() {
    return quantities;
  }

  List<BigDecimal> prices() {
    return prices;
  }
}
