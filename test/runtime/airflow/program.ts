import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** One line that the program wrote into its ledger. */
export interface Call {
  what: 'begin' | 'end';
  arguments: string[];
  pid: number;
  /** Process that it has started. */
  child?: number;
}

/**
 * Stands in for the command line that tasks call, a real program: `flaky` fails three times, `echo` says what it was
 * given, `hold` goes on until it is let go, `etl source` finds nothing.
 */
export function writeProgram(home: string): string {
  const path = join(home, 'program.mjs');
  writeFileSync(
    path,
    `#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
const home = ${JSON.stringify(home)};
const given = process.argv.slice(2);
const args = given.slice(given.indexOf('--home') + 2);
const ledger = home + '/ledger.jsonl';
const past = existsSync(ledger) ? readFileSync(ledger, 'utf8').trim().split('\\n').map((line) => JSON.parse(line)) : [];
const child = args[0] === 'hold' ? spawn('sleep', ['600'], { stdio: 'ignore' }).pid : undefined;
const note = (what) => appendFileSync(ledger, JSON.stringify({ what, arguments: args, pid: process.pid, child }) + '\\n');
const print = (document) => process.stdout.write(JSON.stringify(document) + '\\n');
note('begin');
console.error('working on ' + args.join(' '));
if (args[0] === 'flaky') {
  const times = past.filter((call) => call.what === 'begin' && call.arguments.join() === args.join()).length;
  if (times < 3) {
    print({ error: { code: 'engine_away', message: 'try ' + (times + 1) + ' finds no engine', suggestion: 'shop-pipe up' } });
    process.exit(1);
  }
  print({ tries: times + 1 });
} else if (args[0] === 'hold') {
  while (!existsSync(home + '/release')) await new Promise((resolve) => setTimeout(resolve, 50));
  process.kill(child);
  print({});
} else if (args[1] === 'source') {
  print({ date: args[3], source_lines: 0, source_orders: 0, curated_lines: 0, curated: false });
} else print({ given: args });
note('end');
`,
  );
  chmodSync(path, 0o755);
  return path;
}

export const readCalls = (home: string): Call[] => {
  try {
    return readFileSync(join(home, 'ledger.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Call);
  } catch {
    return [];
  }
};

/** DAGs that call the program, for the folder of a project's own. */
export const testDags = `
from datetime import timedelta
from airflow.sdk import DAG
from shop_pipe_dags.operator import ShopPipeOperator

def one(dag_id, arguments, **task):
    with DAG(dag_id, schedule=None, is_paused_upon_creation=False):
        ShopPipeOperator(task_id="call", arguments=arguments, **task)

retries = {"retries": 3, "retry_delay": timedelta(seconds=1), "retry_exponential_backoff": 2}
one("test_flaky", ["flaky", "{{ run_id }}"], **retries)
one("test_echo", ["echo", "--word", "{{ dag_run.conf['word'] }}"])
one("test_hold", ["hold", "{{ run_id }}"], **retries)
`;
