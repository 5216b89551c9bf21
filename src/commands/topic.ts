import type { Register } from '../cli/command.ts';
import type { TopicStatus } from '../kafka/topic-status.ts';

export const registerTopic: Register = (program, run) => {
  const topic = program.command('topic').description('the topic of order events');
  topic
    .command('status')
    .description('partitions, offsets, retention and size')
    .option('--topic <name>', 'another topic of the same cluster')
    .action(
      run(async (context, options: { topic?: string }) => {
        const { ordersTopic } = await import('../kafka/orders-topic.ts');
        const { topicStatus } = await import('../kafka/topic-status.ts');
        const { kafka } = await context.config();
        const status = await topicStatus(kafka.target, options.topic ?? ordersTopic);
        return { data: status, text: () => text(status) };
      }),
    );
};

const count = (n: number): string => n.toLocaleString('en-US');
function size(bytes: number | null): string {
  if (bytes === null) return '-';
  if (bytes < 1024) return `${bytes} B`;
  const unit = bytes < 1024 ** 2 ? 1 : bytes < 1024 ** 3 ? 2 : 3;
  return `${(bytes / 1024 ** unit).toFixed(1)} ${['', 'KiB', 'MiB', 'GiB'][unit]}`;
}

function text(status: TopicStatus): string {
  const { topic, topic_id: id, partitions, messages, retention_ms: retention, bytes } = status;
  const kept = retention === null ? 'for ever' : `${(retention / 3_600_000).toLocaleString('en-US')} h`;
  const rows = partitions.map((p) => [
    String(p.partition),
    p.leader === null ? 'none' : String(p.leader),
    `${p.in_sync}/${p.replicas}`,
    count(p.earliest),
    count(p.latest),
    size(p.bytes),
  ]);
  const head = ['partition', 'leader', 'in sync', 'earliest', 'latest', 'size'];
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: string[]): string => cells.map((cell, i) => cell.padStart(widths[i] ?? 0)).join('  ');
  return [
    `topic ${topic}${id === null ? '' : ` (${id})`}: ${count(messages)} messages, ${size(bytes)}, kept ${kept}`,
    line(head),
    ...rows.map(line),
  ].join('\n');
}
