// What one-shot containers run (compose/*.yaml); no part of the command line of users.
import { chores } from '../commands/chores.ts';
import { endWith } from './end.ts';
import { main } from './main.ts';

await endWith(main(process.argv.slice(2), chores));
