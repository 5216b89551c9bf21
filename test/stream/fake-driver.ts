import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProcessId } from '../../src/process/process-table.ts';
import { type JobEvent, type Submitted, submit } from '../../src/spark/submit.ts';
import type { SparkToolchain } from '../../src/toolchain/spark.ts';

/** A home with a spark-submit that is a shell script: real processes, and no Spark. */
export class FakeDriver {
  readonly home = mkdtempSync(join(tmpdir(), 'shop-pipe-driver-'));
  readonly events: JobEvent[] = [];
  /** Leaders of the groups that were started, in order. */
  readonly started: ProcessId[] = [];

  /** @param script of bash; `say JSON` emits an event, `$n` is which life it is, from 1. */
  constructor(script: string) {
    mkdirSync(join(this.home, 'bin'));
    const file = join(this.home, 'bin', 'spark-submit');
    writeFileSync(
      file,
      `#!/bin/bash
say() { echo "@shop-pipe $1"; }
echo x >> ${this.home}/lives
n=$(wc -l < ${this.home}/lives)
${script}
`,
    );
    chmodSync(file, 0o755);
  }

  get lives(): number {
    const file = join(this.home, 'lives');
    return existsSync(file) ? readFileSync(file, 'utf8').length / 2 : 0;
  }

  log(): string {
    return readFileSync(join(this.home, 'logs', 'stream.log'), 'utf8');
  }

  run(
    signal: AbortSignal,
    options: { endless?: boolean; onStart?: (id: ProcessId) => void } = {},
  ): Promise<Submitted> {
    const toolchain = {
      home: this.home,
      python: 'python3',
      jars: [],
      jdk: { home: '/' },
      classArchive: null,
    } as unknown as SparkToolchain;
    return submit(
      {
        name: 'stream',
        main: '/job.py',
        request: {},
        secrets: {},
        log: 'stream',
        ...((options.endless ?? true) ? { endless: true as const } : {}),
      },
      {
        toolchain,
        master: 'local[*]',
        confFolder: this.home,
        home: this.home,
        signal,
        onEvent: (event) => this.events.push(event),
        onStart: (id) => {
          this.started.push(id);
          options.onStart?.(id);
        },
      },
    );
  }

  remove(): void {
    rmSync(this.home, { recursive: true, force: true });
  }
}
