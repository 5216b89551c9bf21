package io.shoppipe.pgcopy;

import java.util.Map;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableProvider;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.sources.DataSourceRegister;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/** The data source {@code pgcopy}: appends DataFrames to PostgreSQL tables, and reads queries, by binary COPY. */
public final class PgCopyProvider implements TableProvider, DataSourceRegister {
  /** For Spark, which finds the class by its service file. */
  public PgCopyProvider() {}

  @Override
  public String shortName() {
    return "pgcopy";
  }

  /** Called for reads that bring no schema; a write always does. */
  @Override
  public StructType inferSchema(CaseInsensitiveStringMap options) {
    throw new PgCopyException("a read needs its schema: spark.read.format(\"pgcopy\").schema(…)");
  }

  /** Lets a write bring the DataFrame's schema, so that the target isn't read twice, and a read its own. */
  @Override
  public boolean supportsExternalMetadata() {
    return true;
  }

  /** @param properties the options of the read or the write */
  @Override
  public Table getTable(StructType schema, Transform[] partitioning, Map<String, String> properties) {
    if (partitioning.length > 0) {
      throw new PgCopyException("partitionBy means nothing here; PostgreSQL partitions its tables itself");
    }
    return new PgCopyTable(new CaseInsensitiveStringMap(properties).getOrDefault("table", ""), schema);
  }
}
