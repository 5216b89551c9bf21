import type { Progress } from '../progress.ts';
import type { StreamEvent } from '../spark/stream.ts';
import type { LiveLine } from './live-line.ts';
import type { RestartEvent } from './supervise.ts';

/** Tells people how a run goes. */
export interface Reporter {
  take(event: StreamEvent | RestartEvent): void;
  end(summary: string): void;
  fail(): void;
}

/** One line that moves on a terminal, elsewhere a line every few seconds; waiting and restarts are kept. */
export function liveReporter(progress: Progress, line: LiveLine): Reporter {
  const step = progress.step('stream');
  const timer = setInterval(() => step.advance(0, line.text()), 500);
  timer.unref();
  return {
    take(event) {
      if (event.event === 'restart') progress.warn(restartText(event));
      if (event.event === 'state') {
        step.advance(0, line.text());
        if (event.state === 'waiting') progress.warn(`the stream waits: ${event.detail}`);
      }
    },
    end(summary) {
      clearInterval(timer);
      step.end(summary);
    },
    fail() {
      clearInterval(timer);
      step.fail();
    },
  };
}

const quietMs = 60_000;

/** For a log that is kept for months: each state and restart with its time, and at most a line a minute in between. */
export function logReporter(progress: Progress, line: LiveLine): Reporter {
  const say = (text: string): void => progress.note(`${new Date().toISOString()} ${text}`);
  let told = 0;
  const timer = setInterval(() => {
    if (line.batches > told) say(line.text());
    told = line.batches;
  }, quietMs);
  timer.unref();
  return {
    take(event) {
      if (event.event === 'restart') say(restartText(event));
      if (event.event === 'state') say(`${event.state}${event.detail === null ? '' : `: ${event.detail}`}`);
    },
    end(summary) {
      clearInterval(timer);
      say(summary);
    },
    fail() {
      clearInterval(timer);
      say('failed');
    },
  };
}

const restartText = ({ message, after_s: seconds, restarts }: RestartEvent): string =>
  `${message}: starting it again ${seconds === 0 ? 'at once' : `in ${seconds} s`} (restart ${restarts})`;
