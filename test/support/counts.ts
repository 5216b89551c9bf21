import { readFileSync } from 'node:fs';

export interface SuiteCounts {
  passed: number;
  failed: number;
  skipped: number;
}

/**
 * Counts of a JUnit XML report. A suite that failed without a failed test (it could not be collected, it crashed) or
 * that wrote no report counts as one failure: nothing is passed over in silence.
 */
export function readCounts(report: string, exitCode: number): SuiteCounts {
  let text: string;
  try {
    text = readFileSync(report, 'utf8');
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
  // Each <testcase> once; nested <testsuite> totals would count twice.
  const cases = text.match(/<testcase\b[^>]*?(?:\/>|>[\s\S]*?<\/testcase>)/g) ?? [];
  const failed = cases.filter((one) => /<(failure|error)\b/.test(one)).length;
  const skipped = cases.filter((one) => /<skipped\b/.test(one)).length;
  return {
    passed: cases.length - failed - skipped,
    failed: Math.max(failed, exitCode === 0 ? 0 : 1),
    skipped,
  };
}

export const sum = (all: readonly SuiteCounts[]): SuiteCounts =>
  all.reduce(
    (a, b) => ({ passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped }),
    {
      passed: 0,
      failed: 0,
      skipped: 0,
    },
  );
