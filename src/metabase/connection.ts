import { environmentError, type ShopPipeError } from '../errors.ts';
import type { PgTarget } from '../postgres/target.ts';
import type { DatabaseAnswer } from './answers.ts';
import { MetabaseRefusal } from './client-error.ts';
import { type Difference, differences } from './difference.ts';

export const connectionName = 'Shop';

/** What Metabase is sent to make or mend the connection: the only place that the role's password goes to. */
export const connectionBody = (database: PgTarget): object => ({
  name: connectionName,
  engine: 'postgres',
  details: { ...plainDetails(database), password: database.password },
  auto_run_queries: true,
});

const plainDetails = ({ host, port, database, user }: PgTarget): Record<string, unknown> => ({
  host,
  port,
  dbname: database,
  user,
  'schema-filters-type': 'inclusion',
  'schema-filters-patterns': 'curated,live',
  ssl: false,
  'tunnel-enabled': false,
  'advanced-options': false,
});

/** The connection that is ours: that of the role, else of the name. @throws ShopPipeError `metabase_connection_taken` */
export function findConnection(
  all: readonly DatabaseAnswer[],
  { user, database }: PgTarget,
  url: string,
): DatabaseAnswer | null {
  const postgres = all.filter(({ engine }) => engine === 'postgres').toSorted((a, b) => a.id - b.id);
  const ofRole = postgres.filter(({ details }) => details['user'] === user);
  const ours =
    ofRole.find(({ name }) => name === connectionName) ??
    ofRole.find(({ details }) => details['dbname'] === database);
  if (ours) return ours;
  const taken = all.find(({ name }) => name === connectionName);
  if (!taken) return null;
  throw environmentError(
    'metabase_connection_taken',
    `Metabase at ${url} has a database called ${connectionName} that is not of ${user}`,
    { suggestion: `rename it: ${url}/admin/databases/${taken.id}` },
  );
}

/** @param health what Metabase says of it; its password is masked, so whether it is the right one shows only here. */
export const connectionDifferences = (
  database: PgTarget,
  found: DatabaseAnswer,
  health: string | null,
): Difference[] => [
  ...differences({
    name: [found.name, connectionName],
    'runs queries at once': [found.auto_run_queries, true],
    ...Object.fromEntries(
      Object.entries(plainDetails(database)).map(([name, value]) => [
        name,
        [found.details[name], value] as const,
      ]),
    ),
  }),
  ...(health === null ? [] : [{ field: 'connects', found: health, declared: 'ok' }]),
];

/** Why Metabase does not get to the database from where it runs. */
export function connectionRefused(
  error: unknown,
  url: string,
  { host, port, database, user }: PgTarget,
): ShopPipeError {
  if (!(error instanceof MetabaseRefusal) || error.status !== 400) return error as ShopPipeError;
  const { fields, detail } = error;
  const fail = (code: string, message: string, suggestion: string): ShopPipeError =>
    environmentError(code, message, { suggestion, cause: error });
  if (fields.has('dbname'))
    return fail(
      'metabase_no_database',
      `Metabase at ${url} finds no database ${database} at ${host}:${port}`,
      'shop-pipe up',
    );
  if (fields.has('user') || fields.has('password'))
    return fail(
      'metabase_role_refused',
      `Metabase at ${url} cannot log in to ${host}:${port} as ${user}`,
      'shop-pipe up postgres (gives the role the password of SHOP_BI_PASSWORD)',
    );
  return fail(
    'metabase_database_unreachable',
    `Metabase at ${url} cannot reach postgres at ${host}:${port} from where it runs (${detail})`,
    isLoopback(host)
      ? `${host} is Metabase's own machine or container: set METABASE_POSTGRES_HOST in .env to the name by which it sees the database`
      : 'set METABASE_POSTGRES_HOST and METABASE_POSTGRES_PORT in .env to what Metabase sees',
  );
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host.startsWith('127.');
