import { redact } from '../config/secrets.ts';

const hideCursor = '\u001b[?25l';
const showCursor = '\u001b[?25h';
const clearBelow = '\u001b[0J';
const clearScreen = '\u001b[2J\u001b[H';

/**
 * Text on a terminal that is drawn in place of what it was before, without scrolling: a block of at most as many lines as
 * the terminal has. `close` gives the cursor back, which happens at the end of the process as well.
 */
export class Redrawn {
  readonly #stream: NodeJS.WriteStream;
  #lines = 0;
  #resized = false;
  readonly #onResize = (): void => {
    this.#resized = true;
  };
  readonly #onExit = (): void => this.close();

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    stream.on('resize', this.#onResize);
    process.once('exit', this.#onExit);
    stream.write(hideCursor);
  }

  /** Columns as they are now. */
  get width(): number {
    return Math.max(40, this.#stream.columns ?? 80);
  }

  draw(text: string): void {
    // The last line of the terminal is where the cursor rests: with one more line it would scroll.
    const lines = redact(text)
      .split('\n')
      .slice(0, Math.max(1, (this.#stream.rows ?? 24) - 1));
    // Lines that were broken anew at another width are not where they were.
    const back = this.#resized ? clearScreen : this.#lines > 0 ? `\u001b[${this.#lines}F${clearBelow}` : '';
    this.#stream.write(`${back}${lines.join('\n')}\n`);
    this.#lines = lines.length;
    this.#resized = false;
  }

  /** Leaves what was drawn last, and the terminal as it was found. */
  close(): void {
    this.#stream.removeListener('resize', this.#onResize);
    process.removeListener('exit', this.#onExit);
    this.#stream.write(showCursor);
  }
}
