import { endWith } from './end.ts';
import { main } from './main.ts';

await endWith(main(process.argv.slice(2)));
