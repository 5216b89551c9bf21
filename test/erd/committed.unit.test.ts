import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { pngOf } from '../../src/erd/png.ts';

const root = resolve(import.meta.dirname, '../..');

it('docs/erd.png is the rendering of docs/erd.svg, byte for byte (else: npm run docs)', async () => {
  const svg = readFileSync(join(root, 'docs', 'erd.svg'), 'utf8');
  const png = await pngOf(svg, join(root, 'package.json'));
  expect(Buffer.from(png).equals(readFileSync(join(root, 'docs', 'erd.png')))).toBe(true);
}, 60_000);
