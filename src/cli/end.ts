/** Runs `work`, then ends the process with its exit code once all is written. */
export async function endWith(work: Promise<number>): Promise<void> {
  // A reader that has seen enough (`| head`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  const exitCode = await work;
  // Explicit, since an idle socket or timer must not hold a finished command; what was written is flushed first.
  process.stdout.write('', () => process.exit(exitCode));
}
