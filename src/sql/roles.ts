import type { Config } from '../config/config.ts';
import { usageError } from '../errors.ts';
import type { PgTarget } from '../postgres/target.ts';

/** The way into the database as one of its roles: `owner`, or a role by its name. */
export function targetOf({ owner, bi, etl, stream }: Config['postgres'], role: string): PgTarget {
  const targets = [owner, bi, etl, stream];
  const found = role === 'owner' ? owner : targets.find(({ user }) => user === role);
  if (found) return found;
  const known = ['owner', ...targets.slice(1).map(({ user }) => user)].join(', ');
  throw usageError('unknown_role', `there is no role ${role} to ask as`, `one of ${known}`);
}
