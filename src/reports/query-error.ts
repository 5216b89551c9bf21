import { environmentError, type ShopPipeError, usageError } from '../errors.ts';
import type { PgTarget } from '../postgres/target.ts';
import type { Question } from './question.ts';

/** Says in a user's words why the database did not answer a question. */
export function queryError(error: unknown, question: Question, target: PgTarget): ShopPipeError {
  const { code = '' } = error instanceof Error ? (error as { code?: string }) : {};
  const message = error instanceof Error ? error.message : String(error);
  const where = `postgres at ${target.host}:${target.port}`;
  // 42P01 undefined table, 42703 undefined column, 3F000 undefined schema
  if (['42P01', '42703', '3F000'].includes(code)) {
    return environmentError(
      'not_migrated',
      `database ${target.database} cannot answer ${question.name}: ${message}`,
      { suggestion: 'shop-pipe migrate up', cause: error },
    );
  }
  if (code === '42501') {
    return environmentError('not_permitted', `role ${target.user} may not ask ${question.name}: ${message}`, {
      suggestion: 'shop-pipe migrate up',
      cause: error,
    });
  }
  if (code === '57014') {
    return environmentError('report_timeout', `${question.name} took too long on ${where}`, {
      suggestion: `ask for fewer days: shop-pipe report ${question.name} --from DATE --to DATE`,
      cause: error,
    });
  }
  // Class 22: the data of the statement, which are the parameters' values (an unknown time zone, a day out of range).
  if (code.startsWith('22')) {
    return usageError(
      'report_parameter_refused',
      `postgres refused a parameter of ${question.name}: ${message}`,
    );
  }
  return environmentError('report_failed', `${where} could not answer ${question.name}: ${message}`, {
    suggestion: 'shop-pipe status',
    cause: error,
  });
}
