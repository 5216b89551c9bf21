import { Command, Option } from 'commander';
import { commands } from '../commands/index.ts';
import type { Register, Run } from './command.ts';
import { version } from './version.ts';

/** Every command with its options, and nothing done yet: what `--help` and the tests look at. */
export function createProgram(run: Run, registers: readonly Register[] = commands): Command {
  const program = new Command('shop-pipe')
    .description('A complete e-commerce data pipeline from one command.')
    .version(version, '-V, --version')
    .addOption(new Option('--json', 'print exactly one JSON document on stdout (followers: one per line)'))
    .addOption(new Option('--home <dir>', 'folder for data, logs and pid files (SHOP_PIPE_HOME)'))
    .addOption(new Option('--env-file <file>', 'settings and secrets; default .env'))
    .addOption(
      new Option('--runtime <name>', 'who runs the engines (SHOP_PIPE_RUNTIME)').choices([
        'native',
        'compose',
        'external',
      ]),
    )
    .addOption(new Option('--debug', 'print stack traces of errors'))
    .showHelpAfterError(false)
    .showSuggestionAfterError(true)
    .helpCommand('help [command]', 'help on a command');
  for (const register of registers) register(program, run);
  settle(program);
  return program;
}

/** Commander must throw, not exit, and print nothing but help: errors take our own way out. */
function settle(command: Command): void {
  command.exitOverride().configureOutput({ outputError: () => undefined });
  for (const child of command.commands) settle(child);
}
