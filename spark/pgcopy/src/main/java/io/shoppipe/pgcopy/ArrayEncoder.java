package io.shoppipe.pgcopy;

import java.io.Serial;
import org.apache.spark.sql.catalyst.expressions.SpecializedGetters;
import org.apache.spark.sql.catalyst.util.ArrayData;

/**
 * A one-dimensional array (array_send in arrayfuncs.c): int32 dimensions, int32 has-nulls flag, element type's OID, then per dimension
 * its length and lower bound, then the elements like fields of a row.
 */
final class ArrayEncoder implements ColumnEncoder {
  @Serial private static final long serialVersionUID = 1L;

  private final ColumnEncoder element;
  private final int elementOid;

  ArrayEncoder(ColumnEncoder element, int elementOid) {
    this.element = element;
    this.elementOid = elementOid;
  }

  @Override
  public void encode(SpecializedGetters row, int ordinal, CopyBuffer out) {
    ArrayData array = row.getArray(ordinal);
    int length = array.numElements();
    int start = out.begin();
    // an empty array has no dimension at all
    out.putInt(length == 0 ? 0 : 1);
    int flag = out.begin();
    boolean nulls = false;
    out.putInt(elementOid);
    if (length > 0) {
      out.putInt(length);
      out.putInt(1);
    }
    for (int i = 0; i < length; i++) {
      if (array.isNullAt(i)) {
        nulls = true;
        out.putInt(-1);
      } else {
        element.encode(array, i, out);
      }
    }
    out.setInt(flag - 4, nulls ? 1 : 0);
    out.end(start);
  }
}
