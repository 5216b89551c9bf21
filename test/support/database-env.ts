import type { TestDatabase } from './postgres.ts';

/** What the command line needs in its environment to work on a test's database. */
export const databaseEnv = ({ owner, superuser, bi }: TestDatabase): Record<string, string> => ({
  POSTGRES_HOST: owner.host,
  POSTGRES_PORT: String(owner.port),
  POSTGRES_DB: owner.database,
  POSTGRES_PASSWORD: owner.password,
  POSTGRES_SUPERUSER_PASSWORD: superuser.password,
  SHOP_BI_PASSWORD: bi.password,
});
