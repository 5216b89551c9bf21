package io.shoppipe.stream;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.time.Instant;
import java.util.List;

/** The event itself. One instance per message. */
final class EventReader extends ObjectReader {
  private static final List<String> STATUSES = List.of("created", "approved", "shipped", "delivered", "canceled");
  private static final List<String> EVENT_TYPES = STATUSES.stream().map(status -> "order_" + status).toList();

  private final CustomerReader customer = new CustomerReader();
  private final LinesReader lines = new LinesReader();
  private int eventType;
  private int version;
  private Instant eventTime;
  private int status;
  private byte[] orderId;
  private Instant orderTimestamp;

  EventReader() {
    super(
        "event_id", "event_type", "version", "event_time", "status", "order_id", "order_timestamp", "customer", "lines");
  }

  @Override
  void field(int index, JsonParser json) throws IOException, FieldIssue {
    switch (index) {
      case 0 -> Scalars.uuid(json);
      case 1 -> eventType = oneOf(EVENT_TYPES, json);
      case 2 -> version = Scalars.positiveInt(json);
      case 3 -> eventTime = Instants.read(json);
      case 4 -> status = oneOf(STATUSES, json);
      case 5 -> orderId = Scalars.uuid(json);
      case 6 -> orderTimestamp = Instants.read(json);
      case 7 -> customer.read(json);
      default -> lines.read(json);
    }
  }

  private static int oneOf(List<String> names, JsonParser json) throws IOException, FieldIssue {
    Scalars.requireString(json);
    int index = names.indexOf(json.getText());
    if (index < 0) {
      throw new FieldIssue("expected one of " + String.join(", ", names));
    }
    return index;
  }

  /** After {@link #read} found nothing wrong with a field by itself. */
  OrderEvent event() throws FieldIssue {
    if (eventType != status) {
      throw new FieldIssue("event_type", "event_type and status disagree");
    }
    if (lines.repeatsAProduct()) {
      throw new FieldIssue("lines", "a product is in two lines");
    }
    return new OrderEvent(
        orderId,
        version,
        STATUSES.get(status),
        eventTime,
        orderTimestamp,
        customer.customer(),
        lines.productIds(),
        lines.quantities(),
        lines.prices());
  }
}
