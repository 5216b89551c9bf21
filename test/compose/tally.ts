/** Checks one after the other against one stack: each is told and counted, and a failed one does not end the rest. */
export class Tally {
  passed = 0;
  failed = 0;
  skipped = 0;

  async check(name: string, work: () => Promise<unknown>): Promise<boolean> {
    const started = performance.now();
    const seconds = (): string => `${((performance.now() - started) / 1000).toFixed(1)} s`;
    try {
      const said = await work();
      this.passed += 1;
      process.stderr.write(
        `✓ ${name}${typeof said === 'string' && said !== '' ? `: ${said}` : ''} (${seconds()})\n`,
      );
      return true;
    } catch (error) {
      this.failed += 1;
      process.stderr.write(
        `✗ ${name} (${seconds()})\n  ${(error as Error).message.replaceAll('\n', '\n  ')}\n`,
      );
      return false;
    }
  }

  skip(name: string, why: string): void {
    this.skipped += 1;
    process.stderr.write(`\n!!! SKIPPED: ${name}: ${why}\n\n`);
  }

  /** The line that `.ci/run` adds up; returns the exit code. */
  end(): number {
    process.stdout.write(`${this.passed} passed, ${this.failed} failed, ${this.skipped} skipped\n`);
    return this.failed === 0 ? 0 : 1;
  }
}
