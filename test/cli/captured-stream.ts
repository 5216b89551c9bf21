import { PassThrough } from 'node:stream';

/** A stream that keeps what is written to it, and says that it is a terminal where asked to. */
export class CapturedStream extends PassThrough {
  readonly isTTY: boolean;
  readonly columns: number | undefined;
  #written = '';

  constructor(options: { isTTY?: boolean; columns?: number } = {}) {
    super();
    this.isTTY = options.isTTY ?? false;
    this.columns = options.columns;
    this.setEncoding('utf8').on('data', (text: string) => {
      this.#written += text;
    });
  }

  /** Everything that was written so far. */
  get written(): string {
    return this.#written;
  }

  /** The same as the type that Node gives to stdout and stderr. */
  get asTerminal(): NodeJS.WriteStream {
    return this as unknown as NodeJS.WriteStream;
  }
}
