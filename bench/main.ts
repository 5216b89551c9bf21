import { createProgress } from '../src/cli/progress.ts';
import { benchAirflow } from './airflow.ts';
import { benchCli } from './cli.ts';
import { benchEtl, benchEtlSql } from './etl.ts';
import { benchLive } from './live.ts';
import { benchPgcopy } from './pgcopy.ts';
import { benchProduce } from './produce.ts';
import { benchQuestions } from './questions.ts';
import { record, tableOf } from './report.ts';
import { benchSeed } from './seed.ts';
import { benchSeedOlist } from './seed-olist.ts';
import { benchStream } from './stream.ts';

const benches = {
  airflow: benchAirflow,
  cli: benchCli,
  etl: benchEtl,
  'etl-sql': benchEtlSql,
  pgcopy: benchPgcopy,
  live: benchLive,
  produce: benchProduce,
  questions: benchQuestions,
  seed: benchSeed,
  'seed-olist': benchSeedOlist,
  stream: benchStream,
};

/** `npm run bench -- NAME [--rounds N] [--events N] [--minutes N] [--orders N]`. Returns the exit code. */
export async function main(root: string, args: readonly string[]): Promise<number> {
  const [name = '', ...rest] = args;
  if (!(name in benches)) {
    process.stderr.write(
      `usage: npm run bench -- ${Object.keys(benches).join(' | ')} [--rounds 5] [--events 400000] [--minutes 10] [--orders 1000000]\n`,
    );
    return 2;
  }
  const number = (option: string, fallback: number): number => {
    const at = rest.indexOf(option);
    return at < 0 ? fallback : Number(rest[at + 1]);
  };
  const progress = createProgress(process.stderr, (line) => void process.stderr.write(`${line}\n`), true);
  const comparison = await benches[name as keyof typeof benches]({
    root,
    rounds: number('--rounds', 5),
    events: number('--events', 400_000),
    minutes: number('--minutes', 10),
    orders: number('--orders', 1_000_000),
    progress,
  });
  progress.close();
  process.stdout.write(
    `${comparison.setting}\n\n${tableOf(comparison)}\n\n${comparison.notes?.join('\n') ?? ''}\n`,
  );
  record(root, comparison);
  // A limit that is not held is a note of its own, and a failure.
  return comparison.notes?.some((note) => note.endsWith(': OVER')) ? 1 : 0;
}
