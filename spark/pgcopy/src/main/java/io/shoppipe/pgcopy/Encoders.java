package io.shoppipe.pgcopy;

import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.ByteType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.ShortType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.TimestampNTZType;
import org.apache.spark.sql.types.TimestampType;
import org.apache.spark.sql.types.UserDefinedType;
import org.postgresql.core.Oid;

/** Which Spark type goes into which PostgreSQL type: the one place that decides. The README's table follows it. */
final class Encoders {
  private Encoders() {}

  // the part of atttypmod that isn't the length or the precision (VARHDRSZ)
  private static final int TYPMOD_HEADER = 4;
  // NAMEDATALEN - 1
  private static final int NAME_BYTES = 63;

  /** @return null if the pair is not supported */
  static ColumnEncoder choose(DataType source, TargetColumn target) {
    if (source instanceof UserDefinedType<?> udt) {
      return choose(udt.sqlType(), target);
    }
    if (target.elementOid() != 0) {
      return array(source, target);
    }
    return scalar(source, target.typeOid(), target.typmod(), target.isEnum());
  }

  private static ColumnEncoder array(DataType source, TargetColumn target) {
    if (!(source instanceof ArrayType array)) {
      return null;
    }
    ColumnEncoder element = scalar(array.elementType(), target.elementOid(), target.typmod(), false);
    return element == null ? null : new ArrayEncoder(element, target.elementOid());
  }

  private static ColumnEncoder scalar(DataType source, int oid, int typmod, boolean isEnum) {
    if (source instanceof StringType) {
      return isEnum ? TextEncoder.plain() : ofString(oid, typmod);
    }
    if (source instanceof BooleanType) {
      return oid == Oid.BOOL ? BytesEncoders.bool() : null;
    }
    if (source instanceof BinaryType) {
      return oid == Oid.BYTEA ? BytesEncoders.bytea() : oid == Oid.UUID ? UuidEncoders.ofBytes() : null;
    }
    if (source instanceof DateType) {
      return oid == Oid.DATE ? TemporalEncoders.date() : null;
    }
    if (source instanceof TimestampType) {
      return oid == Oid.TIMESTAMPTZ ? TemporalEncoders.timestamp(true) : null;
    }
    if (source instanceof TimestampNTZType) {
      return oid == Oid.TIMESTAMP ? TemporalEncoders.timestamp(false) : null;
    }
    return ofNumber(source, oid, typmod);
  }

  private static ColumnEncoder ofString(int oid, int typmod) {
    int limit = typmod < 0 ? Integer.MAX_VALUE : typmod - TYPMOD_HEADER;
    return switch (oid) {
      case Oid.TEXT, Oid.JSON -> TextEncoder.plain();
      case Oid.JSONB -> TextEncoder.jsonb();
      case Oid.VARCHAR -> TextEncoder.atMostChars(limit, false);
      case Oid.BPCHAR -> TextEncoder.atMostChars(limit, true);
      case Oid.NAME -> TextEncoder.atMostBytes(NAME_BYTES);
      case Oid.UUID -> UuidEncoders.ofString();
      default -> null;
    };
  }

  private static ColumnEncoder ofNumber(DataType source, int oid, int typmod) {
    IntegerSource integer = IntegerSource.of(source);
    if (integer != null) {
      return switch (oid) {
        case Oid.INT2, Oid.INT4, Oid.INT8 -> IntegerEncoders.ofInteger(integer, oid);
        case Oid.FLOAT4, Oid.FLOAT8 -> FloatEncoders.ofInteger(integer, oid);
        case Oid.NUMERIC -> NumericEncoders.ofInteger(integer, NumericTarget.of(typmod));
        default -> null;
      };
    }
    if (source instanceof DecimalType decimal) {
      return switch (oid) {
        case Oid.INT2, Oid.INT4, Oid.INT8 -> IntegerEncoders.ofDecimal(decimal.precision(), decimal.scale(), oid);
        case Oid.FLOAT4, Oid.FLOAT8 -> FloatEncoders.ofDecimal(decimal.precision(), decimal.scale(), oid);
        case Oid.NUMERIC -> NumericEncoders.ofDecimal(decimal.precision(), decimal.scale(), NumericTarget.of(typmod));
        default -> null;
      };
    }
    if (source instanceof FloatType || source instanceof DoubleType) {
      boolean single = source instanceof FloatType;
      return switch (oid) {
        case Oid.FLOAT4, Oid.FLOAT8 -> FloatEncoders.ofFloat(single, oid);
        case Oid.NUMERIC -> NumericEncoders.ofFloat(single, NumericTarget.of(typmod));
        default -> null;
      };
    }
    return null;
  }
}
