package io.shoppipe.pgcopy;

/** bool and bytea: as they are. */
final class BytesEncoders {
  private BytesEncoders() {}

  static ColumnEncoder bool() {
    return (row, i, out) -> {
      out.putInt(1);
      out.putByte(row.getBoolean(i) ? 1 : 0);
    };
  }

  static ColumnEncoder bytea() {
    return (row, i, out) -> {
      byte[] bytes = row.getBinary(i);
      out.putInt(bytes.length);
      out.putBytes(bytes);
    };
  }
}
