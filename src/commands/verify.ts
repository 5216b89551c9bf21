import type { Register } from '../cli/command.ts';
import type { Verification } from '../verify/verify.ts';

export const registerVerify: Register = (program, run) => {
  program
    .command('verify')
    .description(
      'compare shop, curated, rollups, ledger and Kafka in one snapshot; exit 3 when something differs',
    )
    .option('--strict', 'fail on what is pending, lags or could not be checked, too')
    .option('--deep', 'read every message of the stream again and compare what it makes with the shop')
    .action(
      run(async (context, flags: { strict?: boolean; deep?: boolean }) => {
        const { verify } = await import('../verify/verify.ts');
        const { postgres, kafka, timezone } = await context.config();
        const { progress, signal } = context;
        const found = await verify(
          { owner: postgres.owner, timezone, kafka: kafka.target, progress, signal },
          flags,
        );
        return { data: found, text: () => report(found), exitCode: found.ok ? 0 : 3 };
      }),
    );
};

function report(found: Verification): string {
  const width = Math.max(...found.checks.map(({ name }) => name.length));
  const lines = found.checks.map(({ name, ok, expected, actual }) =>
    ok
      ? `ok    ${name.padEnd(width)}  ${actual}`
      : `FAIL  ${name.padEnd(width)}  expected ${expected}, found ${actual}`,
  );
  return [
    ...lines,
    ...information(found),
    found.ok ? 'everything that was compared agrees' : 'NOT everything agrees',
  ].join('\n');
}

function information(found: Verification): string[] {
  const span = (days: readonly string[]): string =>
    days.length > 3 ? `${days.length}, ${days[0]} to ${days.at(-1)}` : days.join(', ');
  const lines: string[] = [];
  if (found.pending_days > 0)
    lines.push(`pending days (changed since they were curated): ${span(found.pending)}`);
  if (found.uncurated_days > 0) lines.push(`days that were never curated: ${span(found.uncurated)}`);
  const { pending_customers: customers, pending_products: products } = found;
  if (customers + products > 0) {
    lines.push(`attributes changed since the last run: ${customers} customers, ${products} products`);
  }
  if (!found.live) lines.push('the real-time rollups were never made: shop-pipe stream start makes them');
  for (const { name, topic, lag, unchecked } of found.streams) {
    if (unchecked !== null) lines.push(`NOT CHECKED: the ledger of ${name} against Kafka (${unchecked})`);
    else if (lag !== null && lag > 0)
      lines.push(`stream ${name} lags: ${count(lag)} messages of ${topic} are to come`);
  }
  return found.deep === null ? lines : [...lines, ...deepText(found.deep)];
}

const count = (n: number): string => n.toLocaleString('en-US');

function deepText(deep: NonNullable<Verification['deep']>): string[] {
  const read = `folded again: ${count(deep.messages)} messages to ${count(deep.orders)} orders in ${deep.seconds.toFixed(1)} s (${count(deep.events_per_s)}/s)`;
  if (deep.deleted > 0)
    return [
      read,
      `Kafka has deleted ${count(deep.deleted)} messages of the ledger: only what is there was compared`,
    ];
  return deep.complete
    ? [read]
    : [read, 'the stream was reset: orders from before it are not explained by its messages'];
}
