import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { environmentError, interruptedError, ShopPipeError, usageError } from '../errors.ts';
import { withLock } from '../process/lock.ts';
import { makeFolder } from '../process/make-folder.ts';
import { identify, isAlive, type ProcessId } from '../process/process-table.ts';
import type { Step } from '../progress.ts';
import { chooseRuntime } from '../runtime/choose.ts';
import { stackLock } from '../runtime/native/stack-lock.ts';
import { type StreamContext, streamToolchain } from '../spark/stream.ts';
import { streamService } from './name.ts';
import { readRecord, type SupervisionRecord } from './record.ts';
import { findSupervisor, isSame, pidFileOf, streamPidFiles } from './service.ts';
import { stopStream } from './stop.ts';

export interface StartContext extends StreamContext {
  /** The program that is this command line, with its first arguments. */
  launcher: readonly [string, ...string[]];
}

export interface StartedStream {
  /** False where it ran already. */
  started: boolean;
  state: 'starting' | 'running' | 'waiting';
  /** What it waits for, if it does. */
  detail: string | null;
  /** The supervisor; null where it is in a container. */
  pid: number | null;
}

/** How long a stream that waits for Kafka or Postgres is looked at before that counts as started. */
const waitingMs = 5_000;

/**
 * Starts a supervisor that outlives this process, and returns when its driver runs, or waits for an engine. Where one
 * runs already nothing changes.
 *
 * @throws ShopPipeError why the supervisor gave up.
 */
export async function startStream(context: StartContext, takeOver: boolean): Promise<StartedStream> {
  const { config, progress, signal, project } = context;
  if ((await chooseRuntime(config.runtime, project.home)) === 'compose') {
    if (takeOver)
      throw usageError(
        'no_take_over',
        'the stream of compose is one container: there is nobody to take it from',
      );
    const { startStreamContainer } = await import('../runtime/compose/stream.ts');
    return { started: await startStreamContainer(context), state: 'running', detail: null, pid: null };
  }
  const options = {
    waitMs: 300_000,
    signal,
    onWait: (holder: ProcessId) => progress.note(`waiting for another shop-pipe (pid ${holder.pid})`),
  };
  return withLock(join(project.home, 'run', 'stream.lock'), options, async () => {
    const running = runningStream(project.home);
    if (running) return running;
    // Shown here; the supervisor finds it all there.
    await streamToolchain(context);
    const step = progress.step('stream');
    try {
      const supervisor = await stackLock({ home: project.home, progress, signal }, async () => {
        await stopStream(project.home);
        return launch(context, takeOver);
      });
      const { state, detail } = await untilRunning(project.home, supervisor, step, signal);
      step.end(state === 'running' ? 'running' : `${state}: ${detail}`);
      return { started: true, state, detail, pid: supervisor.pid };
    } catch (error) {
      step.fail();
      throw error;
    }
  });
}

function runningStream(home: string): StartedStream | null {
  const found = findSupervisor(home);
  if (!found?.alive) return null;
  const { state = 'starting', detail = null } = found.record ?? {};
  return {
    started: false,
    state: state === 'waiting' || state === 'starting' ? state : 'running',
    detail,
    pid: found.file.pid,
  };
}

async function launch({ launcher, config, project }: StartContext, takeOver: boolean): Promise<ProcessId> {
  const logs = join(project.home, 'logs');
  makeFolder(logs);
  const log = openSync(join(logs, 'stream.log'), 'a', 0o600);
  const [program, ...first] = launcher;
  const where = ['--home', project.home, '--env-file', project.envFile];
  const line = [...where, 'stream', 'run', '--supervised', ...(takeOver ? ['--take-over'] : [])];
  try {
    const child = spawn(program, [...first, ...line], { detached: true, stdio: ['ignore', log, log] });
    const failed = new Promise<never>((_, reject) => child.once('error', reject));
    failed.catch(() => undefined);
    const id = child.pid === undefined ? null : identify(child.pid);
    if (id === null) {
      await Promise.race([failed, new Promise((resolve) => setTimeout(resolve, 100))]);
      throw failedToStart('the supervisor ended at once');
    }
    child.unref();
    streamPidFiles(project.home).write(streamService, pidFileOf(id, config));
    return id;
  } finally {
    closeSync(log);
  }
}

async function untilRunning(
  home: string,
  supervisor: ProcessId,
  step: Step,
  signal: AbortSignal,
): Promise<{ state: 'running' | 'waiting'; detail: string | null }> {
  let waitingSince: number | null = null;
  for (;;) {
    const alive = isAlive(supervisor);
    const record = readRecord(home);
    const own = record !== null && isSame(record.supervisor, supervisor) ? record : null;
    if (own?.state === 'running') return { state: 'running', detail: null };
    if (!alive || own?.state === 'failed') throw whyNot(own);
    // Without a driver it waits to start the next one.
    const waits = own?.state === 'waiting' && own.driver !== null;
    waitingSince = waits ? (waitingSince ?? performance.now()) : null;
    if (own && waitingSince !== null && performance.now() - waitingSince > waitingMs)
      return { state: 'waiting', detail: own.detail };
    step.advance(0, own?.detail ?? own?.state ?? 'starting');
    if (signal.aborted) throw interruptedError('the stream is still starting; shop-pipe stream stop ends it');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function whyNot(record: SupervisionRecord | null): Error {
  if (record?.state === 'stopped') return failedToStart('it was stopped while it started');
  if (record?.lastError == null) return failedToStart('its supervisor is gone');
  const { kind, code, message, suggestion } = record.lastError;
  return new ShopPipeError(kind, code, `the stream did not start: ${message}`, {
    suggestion: suggestion ?? 'shop-pipe logs stream',
  });
}

const failedToStart = (why: string): Error =>
  environmentError('stream_failed', `the stream did not start: ${why}`, {
    suggestion: 'shop-pipe logs stream',
  });
