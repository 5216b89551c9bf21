package io.shoppipe.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

/** By way of Spark SQL, in whose rows an event travels to the stage. */
class ReadOrderEventTest {

  @Test
  void anEventIsTheColumnsOfTheStage() {
    SparkSession spark = Sessions.create();
    spark.udf().register("read_order_event", new ReadOrderEvent(), ReadOrderEvent.schema());
    byte[] good = OrderEventReaderTest.EVENT.getBytes(StandardCharsets.UTF_8);
    List<Row> values = List.of(RowFactory.create(0, good), RowFactory.create(1, "{}".getBytes(StandardCharsets.UTF_8)), RowFactory.create(2, null));
    List<Row> rows =
        spark
            .createDataFrame(values, StructType.fromDDL("n int, value binary"))
            .selectExpr("n", "read_order_event(value) e")
            .selectExpr("e.*", "date_format(e.event_time, 'yyyy-MM-dd HH:mm:ss.SSS') local")
            .collectAsList();
    Row event = rows.get(0);
    assertEquals(
        List.of("reason", "order_id", "version", "status", "event_time", "order_timestamp", "customer_id", "customer_name", "customer_email",
            "customer_created_at", "product_ids", "quantities", "prices", "local"),
        Arrays.asList(event.schema().fieldNames()));
    assertNull(event.getAs("reason"));
    assertArrayEquals(HexFormat.of().parseHex("9be2c7d40f354d1bb6a87e21f94c5a03"), event.getAs("order_id"));
    assertEquals(Integer.valueOf(2), event.getAs("version"));
    assertEquals("2026-03-02 11:05:09.120", event.getAs("local"));
    assertEquals(List.of(2, 1), event.getList(event.fieldIndex("quantities")));
    assertEquals("[74.90, 5.00]", event.getList(event.fieldIndex("prices")).toString());
    assertEquals("event_id: is missing", rows.get(1).getAs("reason"));
    assertEquals("malformed_json", rows.get(2).getAs("reason"));
    for (int field = 1; field < 13; field++) {
      assertNull(rows.get(1).get(field));
    }
  }
}
