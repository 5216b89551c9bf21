package io.shoppipe.pgcopy;

import java.io.Serializable;

/**
 * One DataFrame column and where it goes.
 *
 * @param name of the target column
 * @param typeName of the target column, for messages and the staging table
 * @param notNull whether the target column refuses nulls
 * @param encoder for this pair of types
 */
record PlannedColumn(String name, String typeName, boolean notNull, ColumnEncoder encoder) implements Serializable {}
