package io.shoppipe.pgcopy;

import java.io.Serializable;
import org.apache.spark.sql.catalyst.expressions.SpecializedGetters;

/**
 * Turns one Spark type into the binary form of one PostgreSQL type (the server's {@code *_recv} function is the reference).
 * Stateless: it is chosen on the driver and shared by the tasks of an executor.
 */
@FunctionalInterface
interface ColumnEncoder extends Serializable {
  /**
   * Puts the value's length in bytes (int32) and the value. Nulls are the caller's business.
   *
   * @param row a row, or the elements of an array
   * @throws ValueException if the target can't hold the value
   */
  void encode(SpecializedGetters row, int ordinal, CopyBuffer out);
}
