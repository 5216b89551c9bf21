import type { MultiBar, SingleBar } from 'cli-progress';
import { redact } from '../config/secrets.ts';
import type { Progress, Step } from '../progress.ts';

const plainEverySeconds = 5;

export const seconds = (ms: number): string =>
  ms < 9_950 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
const count = (n: number): string => n.toLocaleString('en-US');

/**
 * Progress for people, on stderr: bars on a terminal, elsewhere a plain line at the end of each step and every five
 * seconds while one lasts.
 */
export interface ProgressView extends Progress {
  /** Leaves the terminal as it was found. */
  close(): void;
}

export function createProgress(
  stream: NodeJS.WriteStream,
  write: (line: string) => void,
  unicode: boolean,
): ProgressView {
  return stream.isTTY && process.env['TERM'] !== 'dumb'
    ? new BarView(stream, write, unicode)
    : new LineView(write, unicode);
}

function marks(unicode: boolean): { ok: string; bad: string; warn: string } {
  return unicode ? { ok: '✓', bad: '✗', warn: '!' } : { ok: 'ok', bad: 'failed', warn: '!' };
}

class LineView implements ProgressView {
  readonly #write: (line: string) => void;
  readonly #marks;

  constructor(write: (line: string) => void, unicode: boolean) {
    this.#write = write;
    this.#marks = marks(unicode);
  }

  step(label: string, total?: { of: number; unit: string }): Step {
    const started = performance.now();
    let state = '';
    const timer = setInterval(() => {
      this.#write(`  ${label}${state} (${seconds(performance.now() - started)})`);
    }, plainEverySeconds * 1000);
    timer.unref();
    const finish = (mark: string) => (summary?: string) => {
      clearInterval(timer);
      this.#write(
        `${mark} ${label}${summary ? `: ${summary}` : ''} (${seconds(performance.now() - started)})`,
      );
    };
    return {
      advance: (done, note) => {
        const share = total && total.of > 0 ? ` ${Math.floor((100 * done) / total.of)} %` : '';
        state = `${share}${note ? ` ${note}` : ''}`;
      },
      end: finish(this.#marks.ok),
      fail: finish(this.#marks.bad),
    };
  }

  note(message: string): void {
    this.#write(`  ${message}`);
  }

  warn(message: string): void {
    this.#write(`${this.#marks.warn} ${message}`);
  }

  close(): void {}
}

/** Bars by cli-progress; it is loaded when the first step begins, and a step shorter than that never shows a bar. */
class BarView implements ProgressView {
  readonly #stream: NodeJS.WriteStream;
  readonly #write: (line: string) => void;
  readonly #unicode: boolean;
  readonly #marks;
  #bars: MultiBar | undefined;
  #loading: Promise<void> | undefined;
  #closed = false;
  // A second Ctrl-C ends the process at once; the cursor must come back then, too.
  readonly #onExit = (): void => this.close();

  constructor(stream: NodeJS.WriteStream, write: (line: string) => void, unicode: boolean) {
    this.#stream = stream;
    this.#write = write;
    this.#unicode = unicode;
    this.#marks = marks(unicode);
  }

  step(label: string, total?: { of: number; unit: string }): Step {
    const started = performance.now();
    let bar: SingleBar | undefined;
    let finished = false;
    let value = 0;
    let note = '';
    const payload = () => ({
      label: redact(label),
      note: redact(note),
      unit: total?.unit ?? '',
      elapsed: seconds(performance.now() - started),
    });
    void this.#load().then(() => {
      if (!finished && this.#bars) bar = this.#bars.create(total?.of ?? 0, value, payload());
    });
    const timer = setInterval(() => bar?.update(value, payload()), 200);
    timer.unref();
    const finish = (mark: string) => (summary?: string) => {
      finished = true;
      clearInterval(timer);
      const line = `${mark} ${label}${summary ? `: ${summary}` : ''} (${seconds(performance.now() - started)})`;
      this.#print(line);
      // Removing draws anew, and the line with it.
      if (bar && this.#bars) this.#bars.remove(bar);
    };
    return {
      advance: (done, now) => {
        value = done;
        note = now ?? note;
      },
      end: finish(this.#marks.ok),
      fail: finish(this.#marks.bad),
    };
  }

  note(message: string): void {
    this.#print(`  ${message}`);
  }

  warn(message: string): void {
    this.#print(`${this.#marks.warn} ${message}`);
  }

  close(): void {
    this.#closed = true;
    process.removeListener('exit', this.#onExit);
    if (this.#bars?.isActive) {
      // Lines wait for the next drawing, and `stop` would drop them.
      this.#bars.update();
      this.#bars.stop();
    }
    this.#bars = undefined;
  }

  /** A line above the bars. */
  #print(line: string): void {
    if (this.#bars?.isActive) this.#bars.log(`${redact(line)}\n`);
    else this.#write(line);
  }

  #load(): Promise<void> {
    this.#loading ??= import('cli-progress').then(({ default: { MultiBar, Presets } }) => {
      if (this.#closed) return;
      process.once('exit', this.#onExit);
      const format = (
        options: {
          barsize?: number | undefined;
          barCompleteString?: string | undefined;
          barIncompleteString?: string | undefined;
        },
        params: { progress: number; value: number; total: number },
        payload: { label: string; note: string; unit: string; elapsed: string },
      ): string => {
        const tail = payload.note ? ` ${payload.note}` : '';
        if (params.total <= 0) return `  ${payload.label}${tail} (${payload.elapsed})`;
        const size = options.barsize ?? 24;
        const full = Math.round(Math.min(1, params.progress) * size);
        const drawn =
          (options.barCompleteString ?? '').slice(0, full) +
          (options.barIncompleteString ?? '').slice(0, size - full);
        return `  ${payload.label} ${drawn} ${count(params.value)}/${count(params.total)} ${payload.unit}${tail} (${payload.elapsed})`;
      };
      this.#bars = new MultiBar(
        {
          stream: this.#stream,
          barsize: 24,
          hideCursor: true,
          clearOnComplete: true,
          stopOnComplete: false,
          forceRedraw: true,
          gracefulExit: false,
          format: format as never,
        },
        this.#unicode ? Presets.shades_classic : Presets.legacy,
      );
    });
    return this.#loading;
  }
}
