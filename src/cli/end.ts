/** Runs `work`, then ends the process with its exit code once all is written. */
export async function endWith(work: Promise<number>): Promise<void> {
  let lost: NodeJS.ErrnoException | undefined;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that has seen enough (`| head`) is no error.
    if (error.code === 'EPIPE') process.exit(0);
    lost = error;
  });
  const exitCode = await work;
  // Explicit, since an idle socket or timer must not hold a finished command; what was written is flushed first.
  process.stdout.write('', () => {
    // A file's error is told after its write has called back.
    setImmediate(() => {
      if (lost === undefined) process.exit(exitCode);
      // The work may be done, but nobody has its result: a script must not take that for success.
      process.stderr.write(
        `error: the output could not be written (${lost.code})\n  try: free some space, or send it elsewhere\n`,
      );
      process.exit(exitCode === 0 ? 1 : exitCode);
    });
  });
}
