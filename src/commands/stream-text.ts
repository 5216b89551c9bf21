import type { StreamTotals } from '../stream/ledger.ts';
import type { ResetResult } from '../stream/reset.ts';
import type { RunEnd } from '../stream/run.ts';
import type { StartedStream } from '../stream/start.ts';
import type { StreamStatus } from '../stream/status.ts';
import type { StopResult } from '../stream/stop-and-tell.ts';

const count = (n: number): string => n.toLocaleString('en-US');

const batchesText = (n: number): string => `${count(n)} ${n === 1 ? 'batch' : 'batches'}`;
const orDash = (n: number | null): string => (n === null ? '-' : count(n));
const milliseconds = (ms: number | null): string => (ms === null ? '-' : `${count(Math.round(ms))} ms`);

function offsets(committed: Record<string, number> | null): string {
  if (committed === null) return 'committed: not known, Postgres does not answer';
  const parts = Object.entries(committed).map(([partition, next]) => `${partition}:${count(next)}`);
  return `committed (partition:next offset): ${parts.join(' ') || 'nothing yet'}`;
}

function became({ read, applied, superseded, stale, duplicate, rejected }: StreamTotals): string {
  const parts = { applied, superseded, stale, duplicate, rejected };
  const listed = Object.entries(parts).filter(([, n]) => n > 0);
  return `read ${count(read)}${listed.length > 0 ? `: ${listed.map(([name, n]) => `${count(n)} ${name}`).join(', ')}` : ''}`;
}

export function startText({ started, state, detail, pid }: StartedStream): string {
  const how = started ? 'the stream is started' : 'the stream runs already; nothing was changed';
  const waits = state === 'waiting' ? `\nit waits: ${detail}` : '';
  return `${how}${pid === null ? '' : ` (pid ${pid})`}${waits}`;
}

export function stopText({ stopped, killed, committed }: StopResult): string {
  if (!stopped) return 'the stream was not running in the background';
  const how = killed
    ? 'the stream did not end in time and was killed; what it was at is read again by the next start'
    : 'the stream is stopped, between two batches';
  return `${how}\n${offsets(committed)}`;
}

export function endText({
  drained,
  interrupted,
  killed,
  totals,
  batches,
  committed,
  seconds,
}: RunEnd): string {
  const how = drained ? 'drained' : interrupted ? 'stopped' : 'ended';
  const where = killed ? ', killed since the batch under way did not end in time' : ', between two batches';
  return [
    `the stream ${how} after ${seconds.toFixed(1)} s${interrupted ? where : ''}`,
    `${became(totals)} in ${batchesText(batches)}`,
    offsets(committed),
  ].join('\n');
}

export function resetText({ to, forgotten, passed_over: passedOver }: ResetResult): string {
  const what = forgotten === null ? 'there was nothing to forget' : 'the ledger is forgotten';
  const next =
    to === 'earliest'
      ? 'the next start reads the topic from its earliest message; what is in the tables already stays as it is'
      : `the next start reads what comes from now on; ${passedOver === null ? 'what' : `${count(passedOver)} messages that`} the topic holds unread ${passedOver === null ? 'stays' : 'stay'} unread`;
  return `${what}; ${next}`;
}

export function statusText(status: StreamStatus): string {
  const {
    stream,
    topic,
    state,
    detail,
    pid,
    supervisor_pid: supervisor,
    restarts,
    last_error: error,
  } = status;
  const who = [
    pid === null ? '' : `driver pid ${pid}`,
    supervisor === null ? '' : `supervisor pid ${supervisor}`,
    restarts > 0 ? `${count(restarts)} ${restarts === 1 ? 'restart' : 'restarts'}` : '',
  ].filter(Boolean);
  const { p50, p99 } = status.latency_ms;
  const lines = [
    `stream ${stream} of topic ${topic}: ${state}${detail === null ? '' : ` (${detail})`}`,
    ...(who.length > 0 ? [who.join(', ')] : []),
    `lag ${orDash(status.lag)}, ${orDash(status.events_per_s)} events/s, latency p50 ${milliseconds(p50)} p99 ${milliseconds(p99)} (last minute)`,
    `${became(status.totals)} in ${batchesText(status.batches)}`,
    ...status.partitions.map(
      ({ partition, next_offset: next, latest, lag }) =>
        `  partition ${partition}: next ${orDash(next)} of ${orDash(latest)}, lag ${orDash(lag)}`,
    ),
  ];
  if (error !== null && state !== 'running') {
    lines.push(`last error, ${error.at}: ${error.message}`);
    if (error.suggestion !== null) lines.push(`  try: ${error.suggestion}`);
  }
  return [...lines, ...status.notes.map((note) => `note: ${note}`)].join('\n');
}
