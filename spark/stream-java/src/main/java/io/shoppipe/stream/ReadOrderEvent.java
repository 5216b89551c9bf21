package io.shoppipe.stream;

import java.io.Serial;
import java.math.BigDecimal;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * {@link OrderEventReader} as a function of Spark SQL, from a message's value to a struct with the columns of stream_stage.events.
 * From Python:
 *
 * <pre>{@code
 * schema = StructType.fromJson(json.loads(spark._jvm.io.shoppipe.stream.ReadOrderEvent.schema().json()))
 * spark.udf.registerJavaFunction("read_order_event", "io.shoppipe.stream.ReadOrderEvent", schema)
 * }</pre>
 */
public final class ReadOrderEvent implements UDF1<byte[], Row> {
  @Serial private static final long serialVersionUID = 1L;

  /** For Spark, which finds the class by its name. */
  public ReadOrderEvent() {}

  /** {@code reason} says why the message is refused; else it is null and all others are there. Ids have 16 bytes. */
  public static StructType schema() {
    return new StructType()
        .add("reason", DataTypes.StringType)
        .add("order_id", DataTypes.BinaryType)
        .add("version", DataTypes.IntegerType)
        .add("status", DataTypes.StringType)
        .add("event_time", DataTypes.TimestampType)
        .add("order_timestamp", DataTypes.TimestampType)
        .add("customer_id", DataTypes.BinaryType)
        .add("customer_name", DataTypes.StringType)
        .add("customer_email", DataTypes.StringType)
        .add("customer_created_at", DataTypes.TimestampType)
        .add("product_ids", DataTypes.createArrayType(DataTypes.BinaryType))
        .add("quantities", DataTypes.createArrayType(DataTypes.IntegerType))
        .add("prices", DataTypes.createArrayType(DataTypes.createDecimalType(12, 2)));
  }

  @Override
  public Row call(byte[] value) {
    Reading reading = OrderEventReader.read(value);
    OrderEvent event = reading.event();
    if (event == null) {
      return RowFactory.create(reading.refused(), null, null, null, null, null, null, null, null, null, null, null, null);
    }
    OrderEvent.Customer customer = event.customer();
    return RowFactory.create(
        null,
        event.orderId(),
        event.version(),
        event.status(),
        event.eventTime(),
        event.orderTimestamp(),
        customer.id(),
        customer.name(),
        customer.email(),
        customer.createdAt(),
        event.productIds().toArray(byte[][]::new),
        event.quantities().toArray(Integer[]::new),
        event.prices().toArray(BigDecimal[]::new));
  }
}
