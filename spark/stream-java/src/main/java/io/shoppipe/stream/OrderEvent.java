package io.shoppipe.stream;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;

/**
 * Order event v1, as far as the tables need it: {@code event_id} and {@code event_type} are judged and not kept.
 *
 * @param orderId 16 bytes, as all ids here
 * @param version 1, 2, … within the order
 * @param status of the order from this event on: created, approved, shipped, delivered or canceled
 * @param eventTime when it happened
 * @param orderTimestamp when the order was placed
 * @param productIds of the lines, distinct, 1 to 100 of them; the other two lists are as long
 * @param quantities units per line
 * @param prices unit price per line in R$, scale 2
 */
public record OrderEvent(
    byte[] orderId,
    int version,
    String status,
    Instant eventTime,
    Instant orderTimestamp,
    Customer customer,
    List<byte[]> productIds,
    List<Integer> quantities,
    List<BigDecimal> prices) {

  /** Who ordered. */
  public record Customer(byte[] id, String name, String email, Instant createdAt) {}
}
