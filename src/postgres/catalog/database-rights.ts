import type pg from 'pg';

/** A right on the database itself, e.g. `temporary`, which belongs to the database and not to what is in it. */
export interface DatabaseRight {
  role: string;
  right: string;
}

/** Those that were granted to a role by name. */
export async function grantedDatabaseRights(client: pg.Client): Promise<DatabaseRight[]> {
  const { rows } = await client.query<DatabaseRight>(
    `select grantee::regrole::text as role, lower(privilege_type) as right
    from pg_database, aclexplode(datacl)
    where datname = current_database() and grantee <> 0 and grantee <> datdba
    order by 1, 2`,
  );
  return rows;
}

/** Those that the roles do not have in this database, however they could have come by them. */
export async function missingDatabaseRights(
  client: pg.Client,
  rights: readonly DatabaseRight[],
): Promise<DatabaseRight[]> {
  const { rows } = await client.query<DatabaseRight>(
    `select role, "right"
    from jsonb_to_recordset($1) as wanted (role text, "right" text)
    where not has_database_privilege(role::regrole, current_database(), "right")`,
    [JSON.stringify(rights)],
  );
  return rows;
}
