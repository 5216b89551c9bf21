import { delimiter, join } from 'node:path';
import { ensureAirflow } from '../../src/toolchain/airflow.ts';
import { findPython } from '../../src/toolchain/python.ts';
import { readCounts, type SuiteCounts, sum } from './counts.ts';
import { pythonTools } from './python-tools.ts';
import { root } from './server.ts';
import { show } from './show.ts';

/** ruff and mypy of those that check the jobs, with the interpreter that runs them. */
interface Checkers {
  tools: string;
  python: string;
}

/**
 * The DAGs: ruff, mypy and their tests, in the venv that Airflow runs in. `args` are those of pytest; paths that lead
 * elsewhere mean that none of these is wanted.
 */
export async function dagTests(
  checkers: Checkers,
  scratch: string,
  args: readonly string[],
): Promise<SuiteCounts> {
  const none: SuiteCounts = { passed: 0, failed: 0, skipped: 0 };
  if (args.some((arg) => arg.startsWith('spark/'))) return none;
  const { python } = await ensureAirflow(root, findPython());
  const pytest = await pythonTools('airflow-python-tools', 'airflow/requirements-dev.lock', python);
  const folder = join(root, 'airflow');
  const checked = await checkDags(checkers, python, folder);
  const report = join(scratch, 'pytest-airflow.xml');
  const code = await show(
    python,
    [
      '-m',
      'pytest',
      '--rootdir',
      folder,
      '-c',
      join(folder, 'pyproject.toml'),
      ...(args.some((arg) => arg.startsWith('airflow/')) ? [] : [join(folder, 'tests')]),
      '-q',
      '-p',
      'no:cacheprovider',
      `--junitxml=${report}`,
      ...args,
    ],
    { PYTHONPATH: pytest, PYTHONDONTWRITEBYTECODE: '1' },
  );
  // 5: what was asked for is none of these.
  const counts = readCounts(report, code === 5 && args.length > 0 ? 0 : code);
  return sum([checked, counts]);
}

/** Each one test. */
async function checkDags({ tools, python }: Checkers, airflow: string, folder: string): Promise<SuiteCounts> {
  const ruff = join(tools, 'bin', 'ruff');
  const config = join(folder, 'pyproject.toml');
  const sources = ['dags', 'tests'].map((name) => join(folder, name));
  const codes = [
    await show(ruff, ['check', '--no-cache', folder], {}),
    await show(ruff, ['format', '--check', '--no-cache', folder], {}),
    await show(
      python,
      ['-m', 'mypy', '--no-incremental', '--config-file', config, '--python-executable', airflow, ...sources],
      {
        PYTHONPATH: tools,
        MYPYPATH: sources.join(delimiter),
        PYTHONDONTWRITEBYTECODE: '1',
      },
    ),
  ];
  const failed = codes.filter((code) => code !== 0).length;
  return { passed: codes.length - failed, failed, skipped: 0 };
}
