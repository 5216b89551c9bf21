package io.shoppipe.pgcopy;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;

/**
 * date, timestamp and timestamptz. Both sides use the proleptic Gregorian calendar and whole days or microseconds; Spark counts from
 * 1970-01-01, PostgreSQL from 2000-01-01. Nothing becomes {@code infinity}: Spark has no such value.
 */
final class TemporalEncoders {
  private TemporalEncoders() {}

  /** From Spark's first day to PostgreSQL's. */
  static final int EPOCH_DAYS = 10_957;

  static final long EPOCH_MICROS = EPOCH_DAYS * 86_400_000_000L;

  // datatype/timestamp.h: dates from Julian day 0 (4714-11-24 BC) to 5874897-12-31, in days from 2000-01-01
  private static final long MIN_DATE = -2_451_545;
  private static final long MAX_DATE = 2_147_483_493L - 2_451_545;
  // the same for timestamps, in µs from 2000-01-01; Spark's own maximum, 294247-01-10, is inside
  private static final long MIN_TIMESTAMP = -211_813_488_000_000_000L;

  static ColumnEncoder date() {
    return (row, i, out) -> {
      int days = row.getInt(i);
      long since2000 = (long) days - EPOCH_DAYS;
      if (since2000 < MIN_DATE || since2000 > MAX_DATE) {
        throw new ValueException("is out of the range of date, 4714-11-24 BC to 5874897-12-31", LocalDate.ofEpochDay(days));
      }
      out.putInt(4);
      out.putInt((int) since2000);
    };
  }

  /** @param instant timestamptz, else timestamp; only the message differs */
  static ColumnEncoder timestamp(boolean instant) {
    return (row, i, out) -> {
      long micros = row.getLong(i);
      // compared before subtracting, which could overflow
      if (micros < MIN_TIMESTAMP + EPOCH_MICROS) {
        throw new ValueException("is before PostgreSQL's first timestamp, 4714-11-24 BC", shown(micros, instant));
      }
      out.putInt(8);
      out.putLong(micros - EPOCH_MICROS);
    };
  }

  private static Object shown(long micros, boolean instant) {
    Instant value = Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    return instant ? value : LocalDateTime.ofInstant(value, ZoneOffset.UTC);
  }
}
