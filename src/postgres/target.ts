/** One role's way into one database. */
export interface PgTarget {
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
}
