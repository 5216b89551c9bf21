package io.shoppipe.pgcopy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumericTest extends Fixture {
  private static final String DIGITS_38 = "12345678901234567890123456789012345678";

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
      cast(0 as decimal(5,0))              | numeric       | 0
      cast(0 as decimal(5,3))              | numeric       | 0.000
      cast(-0.5 as decimal(5,3))           | numeric       | -0.500
      cast(1.50 as decimal(10,4))          | numeric       | 1.5000
      cast(1.50 as decimal(10,4))          | numeric(10,2) | 1.50
      cast(1.5 as decimal(10,1))           | numeric(10,4) | 1.5000
      cast(10000 as decimal(9,0))          | numeric       | 10000
      cast(99990001 as decimal(9,0))       | numeric       | 99990001
      cast(100000000 as decimal(9,0))      | numeric       | 100000000
      cast(0.00001234 as decimal(9,8))     | numeric       | 0.00001234
      cast(0.0001 as decimal(18,18))       | numeric       | 0.000100000000000000
      cast(999.99 as decimal(5,2))         | numeric(5,2)  | 999.99
      cast(-999.99 as decimal(38,2))       | numeric(5,2)  | -999.99
      cast(0.00123 as decimal(6,5))        | numeric(3,5)  | 0.00123
      cast(12300 as decimal(6,0))          | numeric(3,-2) | 12300
      cast(12300.00 as decimal(20,2))      | numeric(3,-2) | 12300
      cast(0 as decimal(6,3))              | numeric(2,5)  | 0.00000
      7                                    | numeric(3,1)  | 7.0
      cast(7 as tinyint)                   | numeric       | 7
      -9223372036854775808L                | numeric       | -9223372036854775808
      -9223372036854775808L                | numeric(19,0) | -9223372036854775808
      9223372036854775807L                 | numeric(20,1) | 9223372036854775807.0
      double('0.1')                        | numeric       | 0.1
      double('1.0')                        | numeric       | 1
      float('0.1')                         | numeric(3,2)  | 0.10
      double('1e15')                       | numeric       | 1000000000000000
      double('-12345.678')                 | numeric(8,3)  | -12345.678
      double('NaN')                        | numeric       | NaN
      float('NaN')                         | numeric(5,2)  | NaN
      double('Infinity')                   | numeric       | Infinity
      double('-Infinity')                  | numeric       | -Infinity
      """)
  void keepsEveryDigit(String expression, String type, String printed) throws SQLException {
    assertEquals(printed, roundTrip(expression, type));
  }

  @Test
  void thirtyEightDigitsAtEveryScale() throws SQLException {
    for (int scale = 0; scale <= 38; scale += 1) {
      BigDecimal value = new BigDecimal(new BigInteger(DIGITS_38), scale).negate();
      String expression = "cast('" + value.toPlainString() + "' as decimal(38," + scale + "))";
      assertEquals(value.toPlainString(), roundTrip(expression, "numeric(38," + scale + ")"));
    }
  }

  @Test
  void theLargestAndSmallestDoubles() throws SQLException {
    assertEquals(new BigDecimal("1.7976931348623157E308").toPlainString(), roundTrip("double('1.7976931348623157E308')", "numeric"));
    assertEquals(new BigDecimal("4.9E-324").toPlainString(), roundTrip("double('4.9E-324')", "numeric"));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
      cast(1000 as decimal(5,0))     | numeric(5,2)  | value '1000' has too many digits before the point for numeric(5,2)
      cast(-1000.00 as decimal(38,2)) | numeric(5,2) | value '-1000.00' has too many digits before the point for numeric(5,2)
      cast(1.005 as decimal(5,3))    | numeric(5,2)  | value '1.005' has too many digits behind the point for numeric(5,2)
      cast(1.005 as decimal(38,3))   | numeric(5,2)  | value '1.005' has too many digits behind the point
      cast(0.01 as decimal(5,2))     | numeric(3,5)  | value '0.01' has too many digits before the point for numeric(3,5)
      cast(1 as decimal(5,0))        | numeric(2,5)  | too many digits before the point
      12345                          | numeric(3,-2) | value '12345' has too many digits behind the point for numeric(3,-2)
      123400                         | numeric(3,-2) | value '123400' has too many digits before the point
      9223372036854775807L           | numeric(18,0) | value '9223372036854775807' has too many digits before the point
      -9223372036854775808L          | numeric(18,0) | value '-9223372036854775808' has too many digits before the point
      double('0.1') + double('0.2')  | numeric(5,2)  | value '0.30000000000000004' has too many digits behind the point
      double('Infinity')             | numeric(5,2)  | value Infinity does not fit numeric(5,2)
      """)
  void neverRoundsNorOverflows(String expression, String type, String problem) throws SQLException {
    assertContains(refused(expression, type), "pgcopy: column \"v\" (" + type + ")", problem);
  }

  /** Forty columns of random precision and scale, seed 20171015, compared with the digits that went in. */
  @Test
  void randomDecimalsComeBackAsTheyWere() throws SQLException {
    Random random = new Random(20171015);
    StringBuilder ddl = new StringBuilder("id int");
    StringBuilder columns = new StringBuilder("id int");
    List<int[]> shapes = new ArrayList<>();
    for (int c = 0; c < 40; c++) {
      int precision = 1 + random.nextInt(38);
      int scale = random.nextInt(precision + 1);
      shapes.add(new int[] {precision, scale});
      ddl.append(", c").append(c).append(" decimal(").append(precision).append(',').append(scale).append(')');
      columns.append(", c").append(c).append(c % 2 == 0 ? " numeric" : " numeric(" + precision + "," + scale + ")");
    }
    List<Row> rows = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    for (int id = 0; id < 250; id++) {
      List<Object> values = new ArrayList<>(List.of(id));
      StringBuilder line = new StringBuilder(String.valueOf(id));
      for (int[] shape : shapes) {
        BigDecimal value = random.nextInt(10) == 0 ? null : randomDecimal(random, shape[0], shape[1]);
        values.add(value);
        line.append('|').append(value == null ? "∅" : value.toPlainString());
      }
      rows.add(RowFactory.create(values.toArray()));
      expected.add(line.toString());
    }
    String table = db.table("random", columns.toString());
    write(frame(ddl.toString(), rows.toArray(Row[]::new)), table);
    assertEquals(expected, db.rows("select * from " + table + " order by id"));
  }

  /** Few digits as often as many, and runs of zeros, where base 10000 has its edges. */
  private static BigDecimal randomDecimal(Random random, int precision, int scale) {
    StringBuilder digits = new StringBuilder();
    int length = 1 + random.nextInt(precision);
    while (digits.length() < length) {
      digits.append(random.nextInt(3) == 0 ? "0000" : String.valueOf(random.nextInt(10)));
    }
    BigInteger unscaled = new BigInteger(digits.substring(0, length));
    return new BigDecimal(random.nextBoolean() ? unscaled : unscaled.negate(), scale);
  }
}
