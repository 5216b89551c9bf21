import type { Command } from 'commander';
import { createProgram } from '../../src/cli/program.ts';

/** Every command that does something, with its full name without `shop-pipe`, e.g. `migrate up`. */
export function leafCommands(): { path: string; command: Command }[] {
  const leaves = (parent: Command, prefix: string): { path: string; command: Command }[] =>
    parent.commands.flatMap((command) => {
      const path = `${prefix}${command.name()}`;
      return command.commands.length > 0 ? leaves(command, `${path} `) : [{ path, command }];
    });
  return leaves(
    createProgram(() => async () => undefined),
    '',
  );
}
