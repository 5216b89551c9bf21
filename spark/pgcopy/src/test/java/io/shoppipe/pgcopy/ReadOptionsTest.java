package io.shoppipe.pgcopy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReadOptionsTest {

  private static ReadOptions of(String... pairs) {
    Map<String, String> options = new HashMap<>(Map.of("url", "jdbc:postgresql://h/db"));
    for (int i = 0; i < pairs.length; i += 2) {
      options.put(pairs[i], pairs[i + 1]);
    }
    return ReadOptions.of(new CaseInsensitiveStringMap(options));
  }

  @Test
  void oneQueryOrSeveral() {
    assertEquals(List.of("select 1"), of("query", "select 1").queries());
    assertEquals(List.of("select 0", "select 1"), of("query.1", "select 1", "query.0", "select 0").queries());
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
      query    | ` `              | option query is missing
      query.1  | select 1         | option query.0 is missing
      query.x  | select 1         | unknown option query.x; there are url, user, password, query
      table    | orders           | unknown option table
      """)
  void aWrongOptionIsNamed(String key, String value, String problem) {
    String message = assertThrows(PgCopyException.class, () -> of(key, value)).getMessage();
    Fixture.assertContains(message, "pgcopy: " + problem);
  }

  @Test
  void aSnapshotIsNoSql() {
    String message = assertThrows(PgCopyException.class, () -> of("query", "select 1", "snapshot", "1'; drop table x")).getMessage();
    assertEquals("pgcopy: option snapshot is 1'; drop table x; it must be what pg_export_snapshot() returned", message);
  }

  @Test
  void notBoth() {
    String message = assertThrows(PgCopyException.class, () -> of("query", "select 1", "query.0", "select 1")).getMessage();
    assertEquals("pgcopy: options query and query.0 exclude each other", message);
  }
}
