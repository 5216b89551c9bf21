package io.shoppipe.pgcopy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Extremes are given as counts from 1970: Spark's literals don't reach that far. */
class TemporalTest extends Fixture {

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
      date'1970-01-01'                        | date        | 1970-01-01
      date'2000-01-01'                        | date        | 2000-01-01
      date'1999-12-31'                        | date        | 1999-12-31
      date'0001-01-01'                        | date        | 0001-01-01
      date'1582-10-10'                        | date        | 1582-10-10
      date'9999-12-31'                        | date        | 9999-12-31
      date_from_unix_date(-2440588)           | date        | 4714-11-24 BC
      date_from_unix_date(2145042905)         | date        | 5874897-12-31
      timestamp'0001-01-01 00:00:00Z'         | timestamptz | 0001-01-01 00:00:00+00
      timestamp'9999-12-31 23:59:59.999999Z'  | timestamptz | 9999-12-31 23:59:59.999999+00
      timestamp'1999-12-31 23:59:59.999999Z'  | timestamptz | 1999-12-31 23:59:59.999999+00
      timestamp'2017-10-15 00:00:00 America/Sao_Paulo' | timestamptz | 2017-10-15 03:00:00+00
      timestamp_micros(9223372036854775807)   | timestamptz | 294247-01-10 04:00:54.775807+00
      timestamp_micros(-210866803200000000)   | timestamptz | 4714-11-24 00:00:00+00 BC
      timestamp_ntz'0001-01-01 00:00:00'      | timestamp   | 0001-01-01 00:00:00
      timestamp_ntz'9999-12-31 23:59:59.999999' | timestamp | 9999-12-31 23:59:59.999999
      """)
  void extremesArrive(String expression, String type, String printed) throws SQLException {
    assertEquals(printed, roundTrip(expression, type));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
      date_from_unix_date(-2440589)          | date        | value -4713-11-23 is out of the range of date
      date_from_unix_date(2145042906)        | date        | value +5874898-01-01 is out of the range of date
      date_from_unix_date(2147483647)        | date        | value +5881580-07-11 is out of the range of date
      date_from_unix_date(-2147483648)       | date        | is out of the range of date
      timestamp_micros(-210866803200000001)  | timestamptz | value -4713-11-23T23:59:59.999999Z is before PostgreSQL's first timestamp
      timestamp_micros(-9223372036854775808) | timestamptz | value -290308-12-21T19:59:05.224192Z is before
      """)
  void beyondTheServersRangeIsAnError(String expression, String type, String problem) throws SQLException {
    assertContains(refused(expression, type), "pgcopy: column \"v\" (", problem);
  }

  /** 3,000 instants from all over the range and dense around both epochs, seed 294276, compared by their count of microseconds. */
  @Test
  void randomTimestampsComeBackAsTheyWere() throws SQLException {
    Random random = new Random(294276);
    List<Row> rows = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    for (int id = 0; id < 3000; id++) {
      long micros =
          switch (id % 3) {
            case 0 -> random.nextLong(-210_866_803_200_000_000L, Long.MAX_VALUE);
            case 1 -> random.nextLong(-10_000_000, 10_000_000);
            default -> 946_684_800_000_000L + random.nextLong(-10_000_000, 10_000_000);
          };
      int day = random.nextInt(-2_440_588, 2_145_042_906);
      rows.add(RowFactory.create(id, micros, day));
      expected.add(id + "|" + micros + "|" + day);
    }
    frame("id int, micros bigint, day int", rows.toArray(Row[]::new)).createOrReplaceTempView("instants");
    String table = db.table("instants", "id int, t timestamptz, d date");
    write(spark.sql("select id, timestamp_micros(micros) t, date_from_unix_date(day) d from instants"), table);
    assertEquals(
        expected,
        db.rows("select id, (extract(epoch from t) * 1000000)::numeric(30,0), d - date '1970-01-01' from " + table + " order by id"));
  }
}
