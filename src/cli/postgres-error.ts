import { ShopPipeError } from '../errors.ts';

/** What a server's SQLSTATE means to a user, where no domain has said it better. */
const known: [state: RegExp, code: string, suggestion: string][] = [
  [/^42501$/, 'not_permitted', 'set POSTGRES_USER and POSTGRES_PASSWORD to the role that ran the migrations'],
  [
    /^25006$/,
    'postgres_read_only',
    'set POSTGRES_HOST to the primary, or default_transaction_read_only of the database to off',
  ],
  [/^(42P01|3F000|42703|42883)$/, 'not_migrated', 'shop-pipe migrate up'],
  [/^53[12]00$/, 'postgres_out_of_space', 'free some space or memory of the server, then run it again'],
  [/^(55P03|40P01)$/, 'postgres_busy', 'wait until what holds the tables has ended, then run it again'],
  [/^(57P0.|08...)$/, 'postgres_connection_lost', 'shop-pipe status'],
];

/** One of our own errors of an answer of Postgres, without its detail, which can hold a customer's data; else null. */
export function postgresError(error: unknown): ShopPipeError | null {
  const { code, severity, message } = (error ?? {}) as {
    code?: unknown;
    severity?: unknown;
    message?: unknown;
  };
  if (typeof code !== 'string' || typeof severity !== 'string') return null;
  const found = known.find(([state]) => state.test(code));
  if (found === undefined) return null;
  const [, name, suggestion] = found;
  const said = String(message).split('\n')[0];
  return new ShopPipeError('environment', name, `postgres refused: ${said}`, { suggestion, cause: error });
}
