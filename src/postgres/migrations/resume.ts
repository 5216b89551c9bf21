import { concurrentIndex } from './concurrent-index.ts';
import type { HistoryEntry } from './history.ts';
import { repeatable } from './outside-transaction.ts';

/** Where an up section without transaction begins: after `done` statements. */
export interface Beginning {
  done: number;
  /** Whether the next statement may be done although the ledger does not say so: the run was killed meanwhile. */
  unsure: boolean;
}

/**
 * How an up section that stopped half way can be taken up; null where only a person can tell. An error in the ledger
 * means that the statement after `statements_done` did nothing but, where it builds an index, leave an invalid one.
 */
export function resumeAt({ state, row, file }: HistoryEntry): Beginning | null {
  if (state !== 'half_run' || row?.state !== 'applying' || file === null || file.up.transaction) return null;
  const { statements_done: done, error } = row;
  const unsure = error === null;
  // What was done of another text says nothing about this one.
  if (row.checksum !== file.checksum) return done === 0 && !unsure ? { done, unsure } : null;
  const next = file.up.statements[done];
  if (!unsure || next === undefined || repeatable(next) || concurrentIndex(next)) return { done, unsure };
  return null;
}
