import { capture } from '../../src/process/capture.ts';

/** Runs a program and returns what it said. @throws where it fails. */
export async function program(
  file: string,
  args: readonly string[],
  options: { show?: boolean; env?: Record<string, string | undefined> } = {},
): Promise<string> {
  const { code, output } = await capture(file, args, {
    ...(options.env ? { env: options.env } : {}),
    ...(options.show ? { onLine: (line) => process.stderr.write(`  ${line}\n`) } : {}),
  });
  if (code !== 0) throw new Error(`${file} ${args.join(' ')} ended with ${code}: ${output.slice(-1_500)}`);
  return output;
}
