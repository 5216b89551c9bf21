package io.shoppipe.pgcopy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HashMap;
import java.util.Map;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WriteOptionsTest {

  private static WriteOptions with(String... pairs) {
    Map<String, String> options = new HashMap<>(Map.of("url", "jdbc:postgresql://h/db", "table", "t"));
    for (int i = 0; i < pairs.length; i += 2) {
      options.put(pairs[i], pairs[i + 1]);
    }
    return WriteOptions.of(new CaseInsensitiveStringMap(options));
  }

  @Test
  void defaults() {
    WriteOptions options = with();
    assertEquals(WriteOptions.Protocol.APPEND, options.protocol());
    assertEquals(131_072, options.batchBytes());
    assertEquals("off", options.synchronousCommit());
    assertFalse(options.keepConnections());
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
      url               | jdbc:mysql://h/db      | option url must start with jdbc:postgresql:
      url               | jdbc:postgresql://u:pw@h/db | option url must not hold user:password@
      url               | jdbc:postgresql://h/db?password=%zz | option url has a parameter with a broken % escape
      url               | ` `                    | option url is missing
      table             | ``                     | option table is missing
      protocol          | upsert                 | option protocol is upsert; it must be stage or append
      writeId           | 123                    | option writeId belongs to protocol stage
      batchBytes        | 12                     | option batchBytes is 12; it must be from 4096 to 67108864
      batchBytes        | many                   | option batchBytes is many
      connectTimeout    | 0                      | option connectTimeout is 0; it must be from 1 to 3600
      synchronousCommit | off; drop table x      | option synchronousCommit is off; drop table x; it must be on, off
      keepConnections   | yes                    | option keepConnections is yes; it must be true or false
      bathBytes         | 65536                  | unknown option bathbytes; there are url, user, password, table
      """)
  void aWrongOptionIsNamed(String key, String value, String problem) {
    String message = assertThrows(PgCopyException.class, () -> with(key, value)).getMessage();
    Fixture.assertContains(message, "pgcopy: " + problem);
  }

  @Test
  void writeIdIsAUuid() {
    String message = assertThrows(PgCopyException.class, () -> with("protocol", "stage", "writeId", "x")).getMessage();
    assertEquals("pgcopy: option writeId is x; it must be a uuid", message);
  }
}
