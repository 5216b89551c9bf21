import { Chalk } from 'chalk';
import { redact } from '../config/secrets.ts';
import type { ErrorDocument } from './normalise-error.ts';

/** How text may be drawn where it goes. */
export interface TextStyle {
  /** Columns that a line may take. */
  width: number;
  colour: boolean;
  unicode: boolean;
}

/** What a command has to say: data for programs, and the same as text for people. */
export interface Outcome {
  data: unknown;
  text(style: TextStyle): string;
  /** Other than 0 for a negative finding (3), or a failure that has data to show (1). */
  exitCode?: number;
  /** Ctrl-C or SIGTERM cut the work short, and the data is of what was done: exit code 130 or 143. */
  interrupted?: boolean;
}

/**
 * The output boundary. stdout carries results only: text, or with `--json` exactly one document (a follower: one per
 * line). Everything else goes to stderr. Nothing outside `src/cli` writes to either.
 */
export class Output {
  readonly json: boolean;
  readonly style: TextStyle;
  readonly #stdout: NodeJS.WriteStream;
  readonly #stderr: NodeJS.WriteStream;

  constructor(json: boolean, stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream, env: NodeJS.ProcessEnv) {
    this.json = json;
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.style = styleOf(stdout, env);
  }

  /** The one document of a command. */
  outcome(outcome: Outcome): void {
    const text = this.json ? jsonText(outcome.data) : redact(outcome.text(this.style).replace(/\n$/, ''));
    if (text !== '') this.#stdout.write(`${text}\n`);
  }

  /** One of many: a follower's line. `data` is printed with `--json`, `text` otherwise. */
  line(data: unknown, text: string): void {
    this.#stdout.write(`${this.json ? jsonText(data) : redact(text)}\n`);
  }

  /** Bytes as they are, for another program; a command prints nothing else then. */
  raw(bytes: Buffer): void {
    this.#stdout.write(bytes);
  }

  error(document: ErrorDocument): void {
    if (this.json) {
      this.#stdout.write(`${jsonText({ error: document })}\n`);
      return;
    }
    const { red } = new Chalk({ level: this.#stderr.isTTY && this.style.colour ? 1 : 0 });
    this.#stderr.write(redact(`${red('error:')} ${document.message}\n`));
    if (document.suggestion) this.#stderr.write(redact(`  try: ${document.suggestion}\n`));
  }

  /** For people, on stderr, in either format. */
  say(text: string): void {
    this.#stderr.write(`${redact(text)}\n`);
  }
}

/**
 * Redacted before it is encoded: a secret with a quote or a backslash reads otherwise afterwards, and one of digits
 * alone must not turn a number into `***`.
 */
const jsonText = (data: unknown): string =>
  JSON.stringify(data, (_, value: unknown) => (typeof value === 'string' ? redact(value) : value));

function styleOf(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): TextStyle {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  const forced = env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0';
  return {
    width: Math.max(40, stream.columns ?? (Number(env['COLUMNS']) || 80)),
    colour: env['NO_COLOR'] ? false : forced || (stream.isTTY && env['TERM'] !== 'dumb'),
    unicode: env['TERM'] !== 'dumb' && !/^(C|POSIX)$|\.(ISO|iso)/.test(locale),
  };
}
