package io.shoppipe.pgcopy;

/**
 * A column as the server's catalog describes it, domains resolved to the type below.
 *
 * @param name as it is stored, unquoted
 * @param typeName as SQL writes it, for messages and for the staging table: {@code numeric(12,2)}
 * @param typeOid of the base type
 * @param typmod of the base type, -1 without
 * @param isEnum whether the base type is an enum, which travels as text
 * @param elementOid of an array's elements, 0 for others
 * @param notNull whether it refuses nulls
 * @param hasDefault whether it fills itself when not given (default, identity or generated)
 * @param generatedAlways whether it can't be written at all
 */
record TargetColumn(
    String name,
    String typeName,
    int typeOid,
    int typmod,
    boolean isEnum,
    int elementOid,
    boolean notNull,
    boolean hasDefault,
    boolean generatedAlways) {}
