import { join } from 'node:path';
import { capture } from '../src/process/capture.ts';
import { type Comparison, compare, type Figures } from './harness.ts';
import type { BenchOptions } from './produce.ts';

const times = 10;

/** What the command line costs before it does anything: `--help` against a Node that does nothing. */
export function benchCli({ root, rounds, progress }: BenchOptions): Promise<Comparison> {
  const timed = async (args: readonly string[]): Promise<Figures> => {
    const started = performance.now();
    for (let i = 0; i < times; i += 1) {
      const { code, output } = await capture(process.execPath, args);
      if (code !== 0) throw new Error(output);
    }
    return { ms: (performance.now() - started) / times };
  };
  const program = join(root, 'bin', 'shop-pipe.mjs');
  return compare(
    {
      name: 'cli',
      setting: `a process from start to end, mean of ${times}`,
      figure: 'ms',
      rounds,
      onRound: (text) => progress.note(text),
    },
    { name: 'shop-pipe --help', run: () => timed([program, '--help']) },
    { name: "node -e ''", run: () => timed(['-e', '']) },
  );
}
