package io.shoppipe.pgcopy;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Set;
import java.util.UUID;
import org.apache.spark.sql.connector.write.BatchWrite;
import org.apache.spark.sql.connector.write.LogicalWriteInfo;
import org.apache.spark.sql.connector.write.Write;
import org.apache.spark.sql.connector.write.WriteBuilder;
import org.apache.spark.sql.types.StructType;
import org.postgresql.core.Oid;

/** One write: checks options and schema against the server's catalog on the driver, and changes nothing before Spark starts the job. */
final class PgCopyWrite implements WriteBuilder, Write {
  private final LogicalWriteInfo info;

  PgCopyWrite(LogicalWriteInfo info) {
    this.info = info;
  }

  @Override
  public Write build() {
    return this;
  }

  @Override
  public String description() {
    return toString();
  }

  /** Shown in plans: no option of the write. */
  @Override
  public String toString() {
    return "pgcopy";
  }

  /** @throws PgCopyException if an option, the table or a column is wrong */
  @Override
  public BatchWrite toBatch() {
    WriteOptions options = WriteOptions.of(info.options());
    TargetTable target = options.keepConnections() ? readOnKept(options) : read(options);
    return switch (options.protocol()) {
      case STAGE -> stage(options, target, info.schema());
      case APPEND -> append(options, target, info.schema());
    };
  }

  private static TargetTable read(WriteOptions options) {
    try (Connection connection = options.connection().open()) {
      return Catalog.read(connection, options.table());
    } catch (SQLException e) {
      throw PgCopyException.sql("reading the columns of " + options.table(), e);
    }
  }

  /**
   * The catalog is read for every write, also here: to remember it would let a column's type change unseen, and some types take the
   * bytes of others for values. On a connection that is there it takes a quarter of a millisecond.
   */
  private static TargetTable readOnKept(WriteOptions options) {
    KeptConnections.Key key = KeptConnections.Key.ofReader(options.connection());
    Connection kept = KeptConnections.take(key);
    Connection connection = kept == null ? options.connection().open() : kept;
    TargetTable target;
    try {
      target = Catalog.read(connection, options.table());
    } catch (PgCopyException e) {
      KeptConnections.close(connection);
      throw e;
    }
    KeptConnections.keep(key, connection);
    return target;
  }

  private static BatchWrite stage(WriteOptions options, TargetTable target, StructType schema) {
    if (target.column(CopyPlan.TASK_COLUMN).filter(c -> c.typeOid() == Oid.INT8).isEmpty()) {
      throw new PgCopyException("protocol stage needs a column " + CopyPlan.TASK_COLUMN + " bigint in " + target.sqlName());
    }
    boolean tagged = target.column(CopyPlan.WRITE_COLUMN).filter(c -> c.typeOid() == Oid.UUID).isPresent();
    UUID tag = tagged ? options.writeId() : null;
    Set<String> reserved = tagged ? Set.of(CopyPlan.TASK_COLUMN, CopyPlan.WRITE_COLUMN) : Set.of(CopyPlan.TASK_COLUMN);
    return new StageBatchWrite(options, plan(options, target, schema, target.sqlName(), tag, reserved));
  }

  private static BatchWrite append(WriteOptions options, TargetTable target, StructType schema) {
    // the stage has that column for itself
    if (target.column(CopyPlan.TASK_COLUMN).isPresent()) {
      throw new PgCopyException(
          target.sqlName() + " has a column " + CopyPlan.TASK_COLUMN + ": it looks like a stage; use protocol stage");
    }
    String stageSchema = options.stageSchema() == null ? target.schema() : options.stageSchema();
    String stageName = StageTable.newName();
    String stage = Identifiers.qualified(stageSchema, stageName);
    CopyPlan plan = plan(options, target, schema, stage, null, Set.of());
    return new AppendBatchWrite(options.connection(), stageSchema, stageName, plan);
  }

  private static CopyPlan plan(
      WriteOptions options, TargetTable target, StructType schema, String into, UUID tag, Set<String> reserved) {
    return new CopyPlan(
        options.connection(),
        options.synchronousCommit(),
        options.keepConnections(),
        options.batchBytes(),
        into,
        target.sqlName(),
        new ArrayList<>(ColumnMapping.of(schema, target, reserved)),
        tag);
  }
}
