package io.shoppipe.stream;

import java.io.Serial;

/** Kafka gave no answer. The message is one line: who was asked, and what is wrong; it holds no password. */
public final class TopicProbeException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  TopicProbeException(String message, Throwable cause) {
    super(message, cause);
  }
}
