import type pg from 'pg';
import { inTransaction } from '../connection.ts';
import { catalogQueries } from './queries.ts';

/** A table, column, function … with what the catalog says of it. */
export interface CatalogObject {
  kind: string;
  /** With its schema, quoted where needed; a function with the types of its arguments. */
  name: string;
  /** The table that a column, constraint, index or trigger is of. */
  parent: string | null;
  facts: Record<string, string | number | boolean | null>;
}

/** Everything that migrations can make in a database, in one snapshot; any role may read it. */
export async function readCatalog(client: pg.Client): Promise<CatalogObject[]> {
  const read = async (): Promise<CatalogObject[]> => {
    await client.query('set local search_path = pg_catalog');
    const objects: CatalogObject[] = [];
    for (const query of catalogQueries) objects.push(...(await client.query<CatalogObject>(query)).rows);
    return objects;
  };
  return await inTransaction(client, read, 'begin isolation level repeatable read read only');
}
