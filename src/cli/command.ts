import type { Command } from 'commander';
import type { Context } from './context.ts';
import type { Outcome } from './output.ts';

/**
 * The body of a command: takes the context, then what commander hands over (arguments in order, then the options).
 * It returns what there is to print; a follower prints lines itself and returns nothing.
 */
// biome-ignore lint/suspicious/noExplicitAny: commander hands over untyped arguments; each command names its own types.
export type Body = (context: Context, ...args: any[]) => Promise<Outcome | undefined>;

/** Turns a body into a commander action that prints, maps errors and sets the exit code. */
export type Run = (body: Body) => (...args: unknown[]) => Promise<void>;

/** What each file in `src/commands` exports: declares the command's name, options and help on `program`. */
export type Register = (program: Command, run: Run) => void;
