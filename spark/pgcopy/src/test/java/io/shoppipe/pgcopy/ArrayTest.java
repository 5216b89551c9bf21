package io.shoppipe.pgcopy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArrayTest extends Fixture {

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
      array(1L, null, -3L)                      | int8[]         | {1,NULL,-3}
      array(1, 2)                               | int8[]         | {1,2}
      cast(array() as array<int>)               | int4[]         | {}
      array('a', 'b c', null, '')               | text[]         | {a,"b c",NULL,""}
      array('00112233445566778899aabbccddeeff') | uuid[]         | {00112233-4455-6677-8899-aabbccddeeff}
      array(unhex('00112233445566778899aabbccddeeff')) | uuid[]  | {00112233-4455-6677-8899-aabbccddeeff}
      array(1.50BD, null)                       | numeric(5,2)[] | {1.50,NULL}
      array(date'2000-01-02')                   | date[]         | {2000-01-02}
      array(true, false)                        | bool[]         | {t,f}
      array('{"a":1}')                          | jsonb[]        | {"{\\"a\\": 1}"}
      """)
  void oneDimension(String expression, String type, String printed) throws SQLException {
    assertEquals(printed, roundTrip(expression, type));
  }

  @Test
  void elementsAreChecked() throws SQLException {
    assertContains(refused("array('abc', 'abcdef')", "varchar(5)[]"), "value 'abcdef' has 6 characters, the column takes 5");
    assertContains(refused("array(array(1))", "int4[]"), "can't be written to type integer[]");
    assertContains(refused("1", "int4[]"), "can't be written to type integer[]");
    assertContains(refused("array(1)", "int4"), "can't be written to type integer");
  }
}
