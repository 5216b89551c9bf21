package io.shoppipe.pgcopy;

import org.apache.spark.sql.catalyst.expressions.codegen.UnsafeRowWriter;

/** Puts one value, which is not null, from COPY's binary form into a row. */
@FunctionalInterface
interface ColumnDecoder {
  /**
   * @param bytes holds the value's {@code length} bytes from {@code at} on
   * @throws ValueException if Spark has no such value
   */
  void decode(byte[] bytes, int at, int length, UnsafeRowWriter row, int ordinal);
}
