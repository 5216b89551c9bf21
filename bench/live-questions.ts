import { join } from 'node:path';
import type { PgTarget } from '../src/postgres/target.ts';
import { findQuestion } from '../src/reports/catalogue.ts';
import { runReport } from '../src/reports/run.ts';
import { median } from './harness.ts';

const names = [
  'orders-per-hour',
  'cancellations',
  'top-products-today',
  'categories-today',
  'revenue-today',
  'recent-orders',
];

/** How long each live question takes as a report does: a connection, one snapshot, the figures. */
export async function liveQuestions(root: string, reader: PgTarget, orders: number): Promise<string> {
  const took: string[] = [];
  for (const name of names) {
    const question = await findQuestion(join(root, 'sql', 'questions'), name);
    const runs: number[] = [];
    for (let run = 0; run < 10; run += 1) {
      const started = performance.now();
      await runReport(reader, question, {}, { timezone: 'America/Sao_Paulo' });
      runs.push(performance.now() - started);
    }
    took.push(`${name} ${median(runs.slice(1)).toFixed(0)} ms (slowest ${Math.max(...runs).toFixed(0)})`);
  }
  return `live questions over ${orders.toLocaleString('en-US')} orders, connection included, median of 9: ${took.join(', ')}`;
}
