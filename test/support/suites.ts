import { cpSync, mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ensureJars } from '../../src/toolchain/jars.ts';
import { compileJava, javaSources } from '../../src/toolchain/java-jar.ts';
import type { SparkToolchain } from '../../src/toolchain/spark.ts';
import { readCounts, type SuiteCounts, sum } from './counts.ts';
import { dagTests } from './dag-tests.ts';
import type { TestServer } from './postgres.ts';
import { pythonTools } from './python-tools.ts';
import { root } from './server.ts';
import { show } from './show.ts';

export type Suite = 'vitest' | 'pytest' | 'java';

export interface SuiteRun {
  toolchain: SparkToolchain;
  /** How the tests find engines, and what of the caller's settings they must not see. */
  env: Record<string, string>;
  scratch: string;
}

/** `args` are those of the suite's own runner. */
export const suiteRunners: Record<Suite, (run: SuiteRun, args: readonly string[]) => Promise<SuiteCounts>> = {
  async vitest({ env, scratch }, args) {
    const report = join(scratch, 'vitest.xml');
    const code = await show(
      process.execPath,
      [
        join(root, 'node_modules', 'vitest', 'vitest.mjs'),
        'run',
        '--reporter=default',
        '--reporter=junit',
        `--outputFile.junit=${report}`,
        ...args,
      ],
      env,
    );
    return readCounts(report, code);
  },

  async pytest({ toolchain, env, scratch }, args) {
    const report = join(scratch, 'pytest.xml');
    // pytest, hypothesis, ruff and mypy.
    const tools = await pythonTools('python-tools', 'spark/requirements-dev.lock', toolchain.python);
    const dags = await dagTests({ tools, python: toolchain.python }, scratch, args);
    if (args.some((arg) => arg.startsWith('airflow/'))) return dags;
    const checked = await checkPython(toolchain.python, tools);
    const code = await show(
      toolchain.python,
      [
        '-m',
        'pytest',
        join(root, 'spark', 'tests'),
        '-q',
        '-p',
        'no:cacheprovider',
        `--junitxml=${report}`,
        ...args,
      ],
      {
        ...env,
        PYTHONPATH: [join(root, 'spark'), tools].join(delimiter),
        PYTHONDONTWRITEBYTECODE: '1',
        PYSPARK_PYTHON: toolchain.python,
        SPARK_CONF_DIR: join(root, 'spark', 'conf'),
      },
    );
    return sum([dags, checked, readCounts(report, code)]);
  },

  async java({ toolchain, env, scratch }) {
    const { jdk, home, jars } = toolchain;
    const junit = await ensureJars('test', join(root, 'jars', 'test.lock'), jdk, home);
    const classes = join(scratch, 'java');
    mkdirSync(classes, { recursive: true });
    const classPath = [...jars, ...junit, join(home, 'jars', '*')];
    for (const project of ['pgcopy', 'stream-java']) {
      const tests = join(root, 'spark', project, 'src', 'test');
      await compileJava(`the tests of ${project}`, jdk, javaSources(join(tests, 'java')), classes, classPath);
    }
    // How both log: there is one log4j for them.
    cpSync(join(root, 'spark', 'pgcopy', 'src', 'test', 'resources'), classes, { recursive: true });
    const { host, port, passwords } = JSON.parse(env['SHOP_TEST_POSTGRES'] ?? '') as TestServer;
    const reports = join(scratch, 'junit');
    const code = await show(
      join(jdk.home, 'bin', 'java'),
      [
        ...sparkModuleOptions,
        '-Xmx2g',
        '-cp',
        [classes, ...classPath].join(delimiter),
        'org.junit.platform.console.ConsoleLauncher',
        'execute',
        '--scan-classpath',
        classes,
        '--details=summary',
        '--disable-banner',
        '--fail-if-no-tests',
        `--reports-dir=${reports}`,
      ],
      {
        ...env,
        PGCOPY_TEST_URL: `jdbc:postgresql://${host}:${port}/postgres`,
        PGCOPY_TEST_USER: 'postgres',
        PGCOPY_TEST_PASSWORD: passwords.postgres,
        SPARK_CONF_DIR: join(root, 'spark', 'conf'),
      },
    );
    return readCounts(join(reports, 'TEST-junit-jupiter.xml'), code);
  },
};

/** ruff (lint and format) and mypy, each one test. */
async function checkPython(python: string, tools: string): Promise<SuiteCounts> {
  const spark = join(root, 'spark');
  const config = join(spark, 'pyproject.toml');
  const ruff = join(tools, 'bin', 'ruff');
  const codes = [
    await show(ruff, ['check', '--no-cache', spark], {}),
    await show(ruff, ['format', '--check', '--no-cache', spark], {}),
    await show(
      python,
      ['-m', 'mypy', '--no-incremental', '--config-file', config, join(spark, 'shop_pipe_jobs')],
      { PYTHONPATH: tools, PYTHONDONTWRITEBYTECODE: '1' },
    ),
  ];
  const failed = codes.filter((code) => code !== 0).length;
  return { passed: codes.length - failed, failed, skipped: 0 };
}

/** Spark reaches into the JDK; spark-submit passes these itself (JavaModuleOptions). */
const sparkModuleOptions = [
  'java.base/java.lang',
  'java.base/java.lang.invoke',
  'java.base/java.lang.reflect',
  'java.base/java.io',
  'java.base/java.net',
  'java.base/java.nio',
  'java.base/java.util',
  'java.base/java.util.concurrent',
  'java.base/java.util.concurrent.atomic',
  'java.base/jdk.internal.ref',
  'java.base/sun.nio.ch',
  'java.base/sun.nio.cs',
  'java.base/sun.security.action',
  'java.base/sun.util.calendar',
].flatMap((name) => ['--add-opens', `${name}=ALL-UNNAMED`]);
