import type { Register } from '../cli/command.ts';
import type { Notice } from '../live/state.ts';
import type { Progress } from '../progress.ts';

interface Flags {
  port: string;
  open?: boolean;
}

export const registerLive: Register = (program, run) => {
  program
    .command('live')
    .description('a local web page whose figures and charts move as orders arrive, until Ctrl-C')
    .option('--port <n>', 'where it is served, on the loopback address; 0 takes a free port', '4747')
    .option('--open', 'open it in the browser')
    .action(
      run(async (context, flags: Flags) => {
        const { output, progress, signal } = context;
        const { wholeNumber } = await import('../cli/arguments.ts');
        const port = wholeNumber('--port', flags.port, 0, 65_535, 'shop-pipe live --port 4747');
        const { serveLive } = await import('../live/serve.ts');
        const end = await serveLive(await context.config(), await context.project(), {
          port,
          signal,
          onReady: (ready) => {
            output.line(ready, `live page at ${ready.url} (Ctrl-C ends it)`);
            if (flags.open) void open(ready.url, (message) => progress.warn(message));
          },
          onNotices: (notices) => tell(notices, progress),
        });
        const text = `${end.viewers} pages were served, by ${end.rounds.toLocaleString('en-US')} rounds of queries`;
        return { data: end, text: () => text, interrupted: true };
      }),
    );
};

async function open(url: string, warn: (message: string) => void): Promise<void> {
  const { openBrowser } = await import('../live/open-browser.ts');
  if (!(await openBrowser(url))) warn(`found nothing that opens a browser: ${url}`);
}

/** What the page says above its figures, in the terminal too. */
function tell(notices: readonly Notice[], progress: Progress): void {
  if (notices.length === 0) progress.note('the figures are of this moment');
  for (const { level, message, suggestion } of notices) {
    const line = suggestion === null ? message : `${message}; try: ${suggestion}`;
    if (level === 'hint') progress.note(line);
    else progress.warn(line);
  }
}
