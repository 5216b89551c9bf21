import type { Register } from '../cli/command.ts';
import type { Verification } from '../verify/verify.ts';

export const registerVerify: Register = (program, run) => {
  program
    .command('verify')
    .description('compare shop and curated in one snapshot; exit 3 when something differs')
    .option('--strict', 'fail on what is pending, too')
    .action(
      run(async (context, flags: { strict?: boolean }) => {
        const { verify } = await import('../verify/verify.ts');
        const { postgres, timezone } = await context.config();
        const { progress, signal } = context;
        const found = await verify(
          { owner: postgres.owner, timezone, progress, signal },
          { strict: flags.strict },
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
    found.ok ? 'shop and curated agree' : 'shop and curated differ',
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
  return lines;
}
