import type { Register } from '../cli/command.ts';
import type { TextStyle } from '../cli/output.ts';
import type { Finding } from '../doctor/finding.ts';

export const registerDoctor: Register = (program, run) => {
  program
    .command('doctor')
    .description('check this machine and the stack; each problem with its remedy')
    .action(
      run(async (context) => {
        const { examine } = await import('../doctor/doctor.ts');
        const findings = await examine({
          project: await context.project(),
          config: () => context.config(),
          signal: context.signal,
        });
        const healthy = findings.every((finding) => finding.level !== 'problem');
        return {
          data: { ok: healthy, findings },
          text: (style) => text(findings, style),
          exitCode: healthy ? 0 : 3,
        };
      }),
    );
};

function text(findings: readonly Finding[], style: TextStyle): string {
  const marks = style.unicode
    ? { ok: '✓', warning: '!', problem: '✗' }
    : { ok: 'ok', warning: '!', problem: 'x' };
  const width = Math.max(...findings.map((finding) => finding.name.length));
  return findings
    .map(
      ({ level, name, message, remedy }) =>
        `${marks[level].padEnd(2)} ${name.padEnd(width)}  ${message}${remedy ? `\n   ${' '.repeat(width)}  try: ${remedy}` : ''}`,
    )
    .join('\n');
}
