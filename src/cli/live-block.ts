import { redact } from '../config/secrets.ts';
import type { Progress } from '../progress.ts';

/** Lines at the end of a terminal that are drawn anew in place, while other lines go above them. */
export class LiveBlock {
  readonly #stream: Pick<NodeJS.WriteStream, 'write' | 'rows'>;
  #drawn: readonly string[] = [];

  constructor(stream: Pick<NodeJS.WriteStream, 'write' | 'rows'>) {
    this.#stream = stream;
  }

  draw(text: string): void {
    const lines = redact(text).split('\n');
    // More than fit cannot be drawn over: the first says what it is, the last ones are where things happen.
    const room = Math.max(2, (this.#stream.rows || 24) - 1);
    const shown = lines.length <= room ? lines : [...lines.slice(0, 1), ...lines.slice(1 - room)];
    if (shown.join('\n') !== this.#drawn.join('\n')) this.#replace('', shown);
  }

  /** Takes the block away; what was printed above it stays. */
  clear(): void {
    if (this.#drawn.length > 0) this.#replace('', []);
  }

  /** `progress`, with its lines above the block. */
  above(progress: Progress): Progress {
    return {
      step: (label, total) => progress.step(label, total),
      note: (message) => this.#above(`  ${message}`, () => progress.note(message)),
      warn: (message) => this.#above(`! ${message}`, () => progress.warn(message)),
    };
  }

  #above(line: string, otherwise: () => void): void {
    if (this.#drawn.length === 0) otherwise();
    else this.#replace(`${redact(line)}\n`, this.#drawn);
  }

  /** In one write, so that whatever ends the process leaves the terminal as it should be: long lines are cut, not wrapped. */
  #replace(above: string, lines: readonly string[]): void {
    const back = this.#drawn.length === 0 ? '' : `\u001b[${this.#drawn.length}A\r\u001b[0J`;
    const block = lines.length === 0 ? '' : `\u001b[?7l${lines.join('\n')}\n\u001b[?7h`;
    this.#stream.write(`${back}${above}${block}`);
    this.#drawn = lines;
  }
}
