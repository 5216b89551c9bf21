import { main } from './main.ts';

// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const exitCode = await main(process.argv.slice(2));
// Explicit, since an idle socket or timer must not hold a finished command; what was written is flushed first.
process.stdout.write('', () => process.exit(exitCode));
