package io.shoppipe.pgcopy;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * All that a task needs to know; made on the driver, sent with the tasks. Safe to log.
 *
 * @param connection how to reach the server
 * @param synchronousCommit for the tasks' connections
 * @param keepConnections whether a task leaves its connection to the next one
 * @param batchBytes how much to collect before sending
 * @param into the table that COPY fills, as SQL
 * @param target the table that the user named, for messages
 * @param columns in the DataFrame's order
 * @param writeTag value for {@code pgcopy_write}, null if the table has no such column
 */
record CopyPlan(
    ConnectionSettings connection,
    String synchronousCommit,
    boolean keepConnections,
    int batchBytes,
    String into,
    String target,
    ArrayList<PlannedColumn> columns,
    UUID writeTag)
    implements Serializable {

  /** The column that says which task a row came from, bigint. */
  static final String TASK_COLUMN = "pgcopy_task";

  /** The column that says which write a row came from, uuid; optional in the caller's staging table. */
  static final String WRITE_COLUMN = "pgcopy_write";

  String copySql() {
    List<String> names = new ArrayList<>(columns.stream().map(PlannedColumn::name).toList());
    names.add(TASK_COLUMN);
    if (writeTag != null) {
      names.add(WRITE_COLUMN);
    }
    return "copy " + into + " (" + Identifiers.list(names) + ") from stdin (format binary)";
  }
}
