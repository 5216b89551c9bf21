import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, it } from 'vitest';

const src = resolve(import.meta.dirname, '../src');
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

/** Folders below src that may import only from themselves and the folders named; others are domain folders. */
const foundations: Record<string, readonly string[]> = {
  config: ['postgres', 'kafka'], // the types of a connection's target
  kafka: [],
  postgres: ['config', 'process'],
  process: [],
  toolchain: ['process', 'config'],
};

function importsOf(file: string): string[] {
  const text = readFileSync(join(src, file), 'utf8');
  return [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map((match) =>
    relative(src, resolve(src, dirname(file), match[1] ?? '')),
  );
}

const folderOf = (path: string): string => (path.includes('/') ? (path.split('/')[0] ?? '') : '');

it('imports go in the direction commands -> domain -> postgres, config', () => {
  for (const file of files) {
    const from = folderOf(file);
    for (const target of importsOf(file)) {
      const to = folderOf(target);
      const seen = `${file} imports ${target}`;
      if (to === '' || to === from || to === '..') continue;
      if (from === '' || from in foundations) expect(foundations[from] ?? [], seen).toContain(to);
      else if (from === 'cli') expect(['commands', 'config'], seen).toContain(to);
      else if (from !== 'commands') expect(['cli', 'commands'], seen).not.toContain(to);
    }
  }
});

it('commands hold no logic: none is larger than 6 KB', () => {
  for (const file of files.filter((name) => name.startsWith('commands/'))) {
    expect(readFileSync(join(src, file)).length, file).toBeLessThan(6 * 1024);
  }
});

it('only the command line reads the environment, writes to the terminal or ends the process', () => {
  const allowed = /^(cli|process|toolchain|runtime\/(native|compose)|spark\/(submit|job-log))/;
  for (const file of files.filter((name) => !allowed.test(name) && !name.startsWith('commands/'))) {
    const text = readFileSync(join(src, file), 'utf8').replace(/\/\/.*|\/\*[\s\S]*?\*\//g, '');
    expect(text, file).not.toMatch(/process\.(env|exit|stdout|stderr)|console\./);
  }
});
