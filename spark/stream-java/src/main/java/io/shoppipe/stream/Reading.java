package io.shoppipe.stream;

/**
 * What became of a message: exactly one of the two is there.
 *
 * @param event what the message says, null if it is no order event
 * @param refused why it is none: {@code malformed_json}, or the first field that is wrong and how, as {@code lines.0.price: …}
 */
public record Reading(OrderEvent event, String refused) {
  static final Reading MALFORMED = new Reading(null, "malformed_json");
}
