import { environmentError, type ShopPipeError } from '../errors.ts';

/** What a failed installer (pip, uv, Ivy, javac) said, in one line. */
export function installError(what: string, output: string): ShopPipeError {
  const lines = output
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  const said =
    lines.find((line) => /^error|ERROR|FAILED|No space left|Could not|hash/i.test(line)) ??
    lines.at(-1) ??
    'no output';
  const full = /No space left/i.test(output);
  const network = /resolve host|name resolution|timed out|Connection|Network|unreachable|dns error/i.test(
    output,
  );
  return environmentError(
    full ? 'disk_full' : network ? 'no_network' : 'install_failed',
    `cannot install ${what}: ${said.slice(0, 300)}`,
    {
      suggestion: full
        ? 'free some space (2 GB are needed) and run it again'
        : network
          ? 'check the network (and the proxy or index settings of pip), then run it again'
          : 'run it again; shop-pipe doctor checks the machine',
    },
  );
}
