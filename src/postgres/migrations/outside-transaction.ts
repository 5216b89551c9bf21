import { buildsConcurrently, concurrentIndex } from './concurrent-index.ts';
import type { Statement } from './statements.ts';

/** Why a statement does not fit its section, and what to do about it. */
export interface Misplaced {
  statement: Statement;
  what: string;
  suggestion: string;
}

/**
 * A section without transaction that fails half way leaves what it has done. So it may hold what cannot run in a
 * transaction, and what can be run again; anything else only where it is the section's one statement.
 */
export function misplacedStatement(
  statements: readonly Statement[],
  transaction: boolean,
): Misplaced | undefined {
  for (const statement of statements) {
    const found = transaction
      ? refusesTransaction(statement)
      : (unnamedIndex(statement) ?? (statements.length > 1 ? leftHalfDone(statement) : undefined));
    if (found) return { statement, ...found };
  }
  return undefined;
}

type Reason = Omit<Misplaced, 'statement'>;

const head = ({ words }: Statement): string => words.join(' ');
const called = ({ words }: Statement): string => `\`${words.slice(0, 4).join(' ')}\``;

const noTransaction =
  /^(create (unique )?index concurrently|drop index concurrently|reindex .*\bconcurrently|alter table .* detach partition .* concurrently|vacuum|alter system|(create|drop) (database|tablespace))\b/;

function refusesTransaction(statement: Statement): Reason | undefined {
  if (!noTransaction.test(head(statement))) return undefined;
  return {
    what: `${called(statement)} cannot run in a transaction`,
    suggestion: 'put it into a migration of its own with -- migrate:up transaction:false',
  };
}

function unnamedIndex(statement: Statement): Reason | undefined {
  if (!buildsConcurrently(statement) || concurrentIndex(statement)) return undefined;
  return {
    what: 'the index has no name, by which a build that failed could be found again',
    suggestion: 'write create index concurrently NAME on TABLE (…)',
  };
}

function leftHalfDone(statement: Statement): Reason | undefined {
  if (noTransaction.test(head(statement)) || repeatable(statement)) return undefined;
  return {
    what: `${called(statement)} could not be run again if a statement after it failed, and there is no transaction to undo it`,
    suggestion: 'move it into a migration of its own, or write it so that it can be repeated (if not exists)',
  };
}

/** Whether running it twice does no more than running it once, as far as its first words tell. */
export const repeatable = (statement: Statement): boolean =>
  /^(select|values|table|show|set|reset|analyze|vacuum|reindex|refresh|cluster|checkpoint|comment|grant|revoke|call|alter system)\b|^create or replace\b|^(create|drop) .*\bif (not )?exists\b|^alter .*\b(add|drop)( column| constraint| value)? if (not )?exists\b/.test(
    head(statement),
  );
