package io.shoppipe.pgcopy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.sql.SQLException;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TextTest extends Fixture {

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "ação", "日本語", "😀😀", "tab\tnew\nline\\N", "12345678", "1234567é", "abcdefgh\u007f", "\u0080\u0001"})
  void anyCharacterArrives(String text) throws SQLException {
    String table = db.table("words", "v text");
    write(frame("v string", RowFactory.create(text)), table);
    assertEquals(text, db.value("select v from " + table));
  }

  @Test
  void tenMegabytes() throws SQLException {
    String table = db.table("long", "id int, v text, w bytea, j jsonb");
    String sql = "select id, repeat('é0123456', 1250000) v, cast(repeat('b', 10000000) as binary) w, '[1]' j from range(3)";
    write(spark.sql(sql.replace("select id", "select int(id) id")), table);
    assertEquals(
        "3|3|3|3",
        db.value("select count(*), count(*) filter (where v = repeat('é0123456', 1250000)), "
            + "count(*) filter (where w = convert_to(repeat('b', 10000000), 'utf8')), count(*) filter (where j = '[1]') from " + table));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 8, 9, 15, 16, 40})
  void nulAnywhereIsAnError(int before) throws SQLException {
    String expression = "concat(repeat('x', " + before + "), char(0), 'yz')";
    assertContains(refused(expression, "text"), "column \"v\" (text)", "x".repeat(before) + "\\u0000yz' has a NUL character");
    assertContains(refused(expression, "varchar(200)"), "has a NUL character");
  }

  @Test
  void brokenUtf8IsAnError() throws SQLException {
    for (String bytes : new String[] {"X'61ff'", "X'c080'", "X'eda080'", "X'f5808080'", "X'61e282'"}) {
      assertContains(refused("cast(" + bytes + " as string)", "text"), "column \"v\" (text)", "is not valid UTF-8");
    }
  }

  @Test
  void lengthsCountCharacters() throws SQLException {
    assertEquals("日本", roundTrip("'日本'", "varchar(2)"));
    assertContains(refused("'日本語'", "varchar(2)"), "value '日本語' has 3 characters, the column takes 2");
    assertContains(refused("'ab '", "varchar(2)"), "value 'ab ' has 3 characters, the column takes 2");
    assertEquals("日本", roundTrip("'日本   '", "char(2)"));
    assertContains(refused("'abc  '", "char(2)"), "value 'abc  ' has 3 characters, the column takes 2");
    assertEquals("x".repeat(63), roundTrip("repeat('x', 63)", "name"));
    assertContains(refused("repeat('é', 32)", "name"), "has 64 bytes, the column takes 63");
  }

  @Test
  void aLongValueIsShownShortened() throws SQLException {
    String problem = refused("repeat('secretive', 100000)", "varchar(5)");
    assertContains(problem, "… (900000 characters)' has 900000 characters, the column takes 5");
    assertTrue(problem.lines().allMatch(line -> line.length() < 2000), "the message holds the whole value");
  }
}
