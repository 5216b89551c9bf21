import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Comparison, type Figures, median } from './harness.ts';

const round = (n: number): string =>
  Math.abs(n) >= 100 ? Math.round(n).toLocaleString('en-US') : n.toPrecision(3);

const summary = (values: number[]): string =>
  `${round(median(values))} (${round(Math.min(...values))} to ${round(Math.max(...values))})`;

/** The comparison as lines of a Markdown table: median and spread of each figure, and of the ratio. */
export function tableOf(comparison: Comparison): string {
  const { ours, rival, ratios } = comparison;
  const names = [...new Set([...ours.runs, ...rival.runs].flatMap((run) => Object.keys(run)))];
  const cell = (runs: Figures[], name: string): string => {
    const values = runs.map((run) => run[name]).filter((value) => value !== undefined);
    return values.length > 0 ? summary(values) : '';
  };
  return [
    `| | ${ours.name} | ${rival.name} |`,
    '| --- | ---: | ---: |',
    ...names.map((name) => `| ${name} | ${cell(ours.runs, name)} | ${cell(rival.runs, name)} |`),
    `| ratio of ${comparison.figure}, run by run | ${summary(ratios)} | |`,
  ].join('\n');
}

/** Keeps the result beside earlier ones, and makes `docs/benchmarks.md` of all of them anew. */
export function record(root: string, comparison: Comparison): void {
  const folder = join(root, 'bench', 'results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${comparison.name}.json`), `${JSON.stringify(comparison, null, 2)}\n`);
  const all = readdirSync(folder)
    .sort()
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Comparison);
  writeFileSync(join(root, 'docs', 'benchmarks.md'), page(all));
}

function page(all: Comparison[]): string {
  const sections = all.map((one) =>
    [
      `## ${one.name}`,
      '',
      `${one.setting}. ${one.ours.runs.length} runs of each in turn after a warm-up; median (least to most).`,
      '',
      tableOf(one),
      '',
      ...(one.notes ?? []).map((note) => `- ${note}`),
      ...(one.notes ? [''] : []),
      `${one.date}, ${one.machine}; 256 MB of SHA-256 took ${one.calibration.join(' s before and ')} s after.`,
    ].join('\n'),
  );
  return [
    '# Benchmarks',
    '',
    'Made by `npm run bench -- NAME` from `bench/results`. A figure counts only beside its rival in the same run: these',
    'machines are shared and noisy, so look at the ratio.',
    '',
    sections.join('\n\n'),
    '',
  ].join('\n');
}
