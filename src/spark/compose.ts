import { runInContainer } from '../runtime/compose/jobs.ts';
import type { RunEnd, RunOptions } from '../stream/run.ts';
import type { EtlContext, EtlOptions, EtlRequest, EtlResult } from './etl.ts';
import type { StreamContext, StreamEvent } from './stream.ts';

/** `etl run` in a container beside the cluster. */
export async function composeEtl(context: EtlContext, { request, only }: EtlOptions): Promise<EtlResult> {
  const { config, project, progress, signal } = context;
  let result: EtlResult | null = null;
  const step = progress.step('ETL');
  step.advance(0, 'starting Spark');
  try {
    const args = ['etl', 'run', ...daysOf(request), ...(only ? ['--only'] : [])];
    await runInContainer({
      config,
      project,
      args,
      log: 'spark',
      signal,
      onDocument: (document) => {
        result = document as unknown as EtlResult;
      },
      onLine: (line) => {
        const stage = /^ETL (.+) \(.*\)$/.exec(line)?.[1];
        if (stage !== undefined) step.advance(0, stage);
      },
    });
  } catch (error) {
    step.fail();
    throw error;
  }
  step.end();
  return result ?? noResult();
}

function daysOf(request: EtlRequest): string[] {
  switch (request.kind) {
    case 'full':
      return ['--full'];
    case 'range':
      return ['--from', request.from, '--to', request.to];
    case 'days':
      return request.days.flatMap((day) => ['--date', day]);
  }
}

/** `stream run` in a container beside the cluster. */
export async function composeStream(context: StreamContext, options: RunOptions): Promise<RunEnd> {
  const { config, project, signal } = context;
  let end: RunEnd | null = null;
  const flags = [...(options.drain ? ['--drain'] : []), ...(options.takeOver ? ['--take-over'] : [])];
  await runInContainer({
    config,
    project,
    args: ['stream', 'run', ...flags],
    log: 'stream',
    signal,
    onDocument: (document) => {
      if (document['event'] === 'end') end = document as unknown as RunEnd;
      else options.onEvent(document as unknown as StreamEvent);
    },
    onLine: (line) => context.progress.note(line),
  });
  return end ?? noResult();
}

function noResult(): never {
  throw new Error('the job in the container ended without a document');
}
