import { type Variable, variables } from './schema.ts';

/** The text of a `.env` file, each key with its meaning; `.env.example` is the same without values of secrets. */
export function envFileText(values: ReadonlyMap<string, string>): string {
  const lines = ['# Settings and secrets of shop-pipe: docs/configuration.md. Mode 0600; never commit it.'];
  let group = '';
  for (const variable of variables as readonly Variable[]) {
    if (variable.group !== group) {
      group = variable.group;
      lines.push('', `# --- ${group} ---`);
    }
    lines.push(
      `# ${variable.doc}`,
      `${variable.name}=${values.get(variable.name) ?? variable.default ?? ''}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

/** The table of `docs/configuration.md`. */
export function configurationPage(): string {
  const lines = [
    '# Configuration',
    '',
    'Made from `src/config/schema.ts` by `npm run docs`; a test says when it is stale.',
    '',
    'Everything is an environment variable. Flags win over the environment, the environment over `.env`, `.env` over the',
    'defaults. `shop-pipe init` writes `.env` (mode 0600) with random secrets and free ports, and completes one that lacks keys.',
  ];
  let group = '';
  for (const variable of variables as readonly Variable[]) {
    if (variable.group !== group) {
      group = variable.group;
      lines.push('', `## ${group}`, '', '| variable | default | meaning |', '| --- | --- | --- |');
    }
    const value =
      variable.fill === 'generated' || variable.fill === 'fernet'
        ? 'random, by `init`'
        : variable.default
          ? `\`${variable.default}\``
          : 'empty';
    const withPort = variable.fill === 'port' || variable.fill === 'endpoint' || variable.fill === 'url';
    const port = withPort ? ', or the next free port, by `init`' : '';
    lines.push(`| \`${variable.name}\` | ${value}${port} | ${variable.doc} |`);
  }
  return `${lines.join('\n')}\n`;
}
