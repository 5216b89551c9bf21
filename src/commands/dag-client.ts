import type { AirflowClient } from '../airflow/client.ts';
import type { RunView } from '../airflow/watch.ts';
import type { Context } from '../cli/context.ts';
import type { Progress } from '../progress.ts';

export async function clientOf(
  context: Context,
  progress: Progress = context.progress,
): Promise<AirflowClient> {
  const { openAirflow } = await import('../airflow/open.ts');
  const { signal } = context;
  return openAirflow({ config: await context.config(), project: await context.project(), progress, signal });
}

/** On a terminal the tree of the run, drawn in place; elsewhere lines. */
export async function viewOf({ output, progress }: Context): Promise<{ view: RunView; progress: Progress }> {
  const { stderr } = process;
  if (!stderr.isTTY || process.env['TERM'] === 'dumb') {
    const { PlainView } = await import('../airflow/plain-view.ts');
    return { view: new PlainView(progress), progress };
  }
  const { LiveBlock } = await import('../cli/live-block.ts');
  const { treeText } = await import('./dag-run-text.ts');
  const block = new LiveBlock(stderr);
  const style = { ...output.style, colour: process.env['NO_COLOR'] === undefined };
  return {
    view: { show: (report) => block.draw(treeText(report, style)), end: () => block.clear() },
    progress: block.above(progress),
  };
}
