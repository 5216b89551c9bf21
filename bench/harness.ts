import { createHash } from 'node:crypto';
import { cpus, totalmem } from 'node:os';

/** One side of a comparison: does its work once and returns its figures. */
export interface Side {
  name: string;
  run(): Promise<Figures>;
}

/** Figures of one run by name, e.g. `{ "events/s": 48000, "peak MB": 210 }`. */
export type Figures = Record<string, number>;

export interface Comparison {
  name: string;
  /** What the two sides do alike, in one line. */
  setting: string;
  ours: { name: string; runs: Figures[] };
  rival: { name: string; runs: Figures[] };
  /** Ratio ours / rival of `figure`, run by run: steadier than either on a noisy machine. */
  figure: string;
  ratios: number[];
  /** Seconds of a fixed piece of work, before and after: how fast the machine was. */
  calibration: [number, number];
  machine: string;
  date: string;
  /** Further lines worth keeping. */
  notes?: string[];
}

/** Runs both sides in turn, ours first in odd rounds and second in even ones, after a warm-up of each that is not counted. */
export async function compare(
  options: {
    name: string;
    setting: string;
    figure: string;
    rounds: number;
    onRound?: (text: string) => void;
  },
  ours: Side,
  rival: Side,
): Promise<Comparison> {
  const before = calibrate();
  const runs: { ours: Figures[]; rival: Figures[] } = { ours: [], rival: [] };
  await ours.run();
  await rival.run();
  for (let round = 0; round < options.rounds; round += 1) {
    const order = round % 2 === 0 ? (['ours', 'rival'] as const) : (['rival', 'ours'] as const);
    for (const side of order) runs[side].push(await (side === 'ours' ? ours : rival).run());
    options.onRound?.(`round ${round + 1} of ${options.rounds}`);
  }
  const of = (figures: Figures): number => figures[options.figure] ?? Number.NaN;
  return {
    name: options.name,
    setting: options.setting,
    ours: { name: ours.name, runs: runs.ours },
    rival: { name: rival.name, runs: runs.rival },
    figure: options.figure,
    ratios: runs.ours.map((figures, i) => of(figures) / of(runs.rival[i] ?? {})),
    calibration: [before, calibrate()],
    ...machine(),
  };
}

/** Where and when. */
export const machine = (): { machine: string; date: string } => ({
  machine: `${cpus().length} x ${cpus()[0]?.model ?? '?'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`,
  date: new Date().toISOString().slice(0, 10),
});

/** Seconds to hash 256 MB: changes with the machine's speed and its other load, and with nothing of ours. */
export function calibrate(): number {
  const block = Buffer.alloc(1 << 20, 7);
  const started = performance.now();
  const hash = createHash('sha256');
  for (let i = 0; i < 256; i += 1) hash.update(block);
  hash.digest();
  return Math.round(performance.now() - started) / 1000;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
