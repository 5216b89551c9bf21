package io.shoppipe.stream;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;

/** Instants as {@code Date.toISOString} writes them, {@code 2026-03-02T14:05:09.120Z}, of the years 1900 to 2999. */
final class Instants {
  private static final String EXPECTED = "expected an instant as 2026-03-02T14:05:09.120Z, from 1900 to 2999";
  // 9 is any digit.
  private static final String FORM = "9999-99-99T99:99:99.999Z";

  private Instants() {}

  static Instant read(JsonParser json) throws IOException, FieldIssue {
    Scalars.requireString(json);
    if (json.getTextLength() != FORM.length()) {
      throw new FieldIssue(EXPECTED);
    }
    char[] text = json.getTextCharacters();
    int start = json.getTextOffset();
    for (int i = 0; i < FORM.length(); i++) {
      char form = FORM.charAt(i);
      if (form == '9' ? !Scalars.isDigit(text[start + i]) : text[start + i] != form) {
        throw new FieldIssue(EXPECTED);
      }
    }
    int year = number(text, start, 4);
    int month = number(text, start + 5, 2);
    int day = number(text, start + 8, 2);
    int hour = number(text, start + 11, 2);
    int minute = number(text, start + 14, 2);
    int second = number(text, start + 17, 2);
    boolean dated = year >= 1900 && year <= 2999 && month >= 1 && month <= 12 && day >= 1;
    if (!dated || day > 28 && day > YearMonth.of(year, month).lengthOfMonth() || hour > 23 || minute > 59 || second > 59) {
      throw new FieldIssue(EXPECTED);
    }
    long seconds = LocalDate.of(year, month, day).toEpochDay() * 86_400 + hour * 3_600 + minute * 60 + second;
    return Instant.ofEpochSecond(seconds, number(text, start + 20, 3) * 1_000_000L);
  }

  private static int number(char[] text, int at, int digits) {
    int value = 0;
    for (int i = at; i < at + digits; i++) {
      value = value * 10 + (text[i] - '0');
    }
    return value;
  }
}
