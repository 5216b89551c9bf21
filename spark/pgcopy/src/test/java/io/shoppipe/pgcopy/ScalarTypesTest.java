package io.shoppipe.pgcopy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every supported pair of types: a value that shows its form, and null. */
class ScalarTypesTest extends Fixture {

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
      true                                   | bool          | true
      false                                  | bool          | false
      cast(-128 as tinyint)                  | int2          | -128
      cast(-32768 as smallint)               | int2          | -32768
      32767                                  | int2          | 32767
      2147483647L                            | int4          | 2147483647
      -2147483648L                           | int4          | -2147483648
      cast(7 as tinyint)                     | int4          | 7
      cast(7 as smallint)                    | int8          | 7
      9223372036854775807L                   | int8          | 9223372036854775807
      12.00BD                                | int2          | 12
      -99999.0BD                             | int4          | -99999
      cast('9223372036854775807' as decimal(38,0)) | int8     | 9223372036854775807
      float('1.5')                           | float4        | 1.5
      float('0.1')                           | float4        | 0.1
      float('1.5')                           | float8        | 1.5
      double('0.1')                          | float8        | 0.1
      double('1.5')                          | float4        | 1.5
      double('-0.0')                         | float8        | -0
      double('NaN')                          | float8        | NaN
      float('NaN')                           | float4        | NaN
      double('Infinity')                     | float8        | Infinity
      double('-Infinity')                    | float4        | -Infinity
      float('-Infinity')                     | float8        | -Infinity
      double('4.9E-324')                     | float8        | 5e-324
      double('1.7976931348623157E308')       | float8        | 1.7976931348623157e+308
      12                                     | float4        | 12
      9007199254740993L                      | float8        | 9.007199254740992e+15
      12.25BD                                | float8        | 12.25
      12.25BD                                | float4        | 12.25
      X'00ff10'                              | bytea         | \\x00ff10
      X''                                    | bytea         | \\x
      'ab'                                   | text          | ab
      'ab'                                   | varchar       | ab
      'ab'                                   | varchar(2)    | ab
      'ab'                                   | char(2)       | ab
      'ab'                                   | name          | ab
      '{"a": [1, 2]}'                        | json          | {"a": [1, 2]}
      '{"b":1,"a":[1,2]}'                    | jsonb         | {"a": [1, 2], "b": 1}
      '00112233-4455-6677-8899-aAbBcCdDeEfF' | uuid          | 00112233-4455-6677-8899-aabbccddeeff
      '00112233445566778899AABBCCDDEEFF'     | uuid          | 00112233-4455-6677-8899-aabbccddeeff
      X'00112233445566778899aabbccddeeff'    | uuid          | 00112233-4455-6677-8899-aabbccddeeff
      'ffffffff-ffff-ffff-ffff-ffffffffffff' | uuid          | ffffffff-ffff-ffff-ffff-ffffffffffff
      date'2017-10-15'                       | date          | 2017-10-15
      timestamp'2017-10-15 12:34:56.789012Z' | timestamptz   | 2017-10-15 12:34:56.789012+00
      timestamp_ntz'2017-10-15 12:34:56.789' | timestamp     | 2017-10-15 12:34:56.789
      """)
  void arrivesAsItIs(String expression, String type, String printed) throws SQLException {
    assertEquals(printed, roundTrip(expression, type));
    String table = db.table("nulls", "v " + type);
    write(spark.sql("select if(id = 1, " + expression + ", null) as v from range(3)"), table);
    assertEquals(List.of("2|1"), db.rows("select count(*) filter (where v is null), count(v) from " + table));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
      32768                                | int2    | value 32768 is out of the range of int2
      -2147483649L                         | int4    | value -2147483649 is out of the range of int4
      1.5BD                                | int4    | value '1.5' is no whole number
      cast('9223372036854775808' as decimal(38,0)) | int8 | value '9223372036854775808' is no whole number of at most 64 bits
      double('1e39')                       | float4  | value 1.0E39 is out of the range of float4
      double('1e-50')                      | float4  | value 1.0E-50 is out of the range of float4
      '0011223344556677889'                | uuid    | value '0011223344556677889' is no uuid
      '00112233445566778899aabbccddeefg'   | uuid    | value '00112233445566778899aabbccddeefg' is no uuid
      '0011223-34455-6677-8899-aabbccddeeff' | uuid  | is no uuid
      '00112233-4455-6677-8899-aabbccddeé' | uuid    | is no uuid
      '----------------------------------' | uuid    | is no uuid
      ''                                   | uuid    | value '' is no uuid
      X'0011'                              | uuid    | value '2 bytes' is no uuid
      """)
  void outOfRangeNamesColumnAndValue(String expression, String type, String problem) throws SQLException {
    assertContains(refused(expression, type), "pgcopy: column \"v\" (", ".\"one\": value ", problem);
  }

  @Test
  void theServersOwnRefusalIsShown() throws SQLException {
    assertContains(refused("'{\"a\":'", "jsonb"), "pgcopy: copy into", "invalid input syntax for type json");
  }

  @Test
  void enumsAndDomainsAreTheirBaseTypes() throws SQLException {
    db.execute("create type " + db.name("mood") + " as enum ('sad', 'glad')");
    db.execute("create domain " + db.name("Money") + " as numeric(6,2) check (value >= 0)");
    db.execute("create domain " + db.name("cash") + " as " + db.name("Money"));
    assertEquals("glad", roundTrip("'glad'", db.name("mood")));
    assertEquals("1.50", roundTrip("1.5BD", db.name("cash")));
    assertContains(refused("'bad'", db.name("mood")), "invalid input value for enum");
    assertContains(refused("-1BD", db.name("cash")), "violates check constraint");
    assertContains(refused("12345BD", db.name("cash")), "value '12345' has too many digits before the point for numeric(6,2)");
  }
}
