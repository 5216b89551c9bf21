import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { configurationPage, envFileText } from '../../src/config/document.ts';

const root = resolve(import.meta.dirname, '../..');

it('.env.example is what the schema says (npm run docs)', () => {
  expect(readFileSync(`${root}/.env.example`, 'utf8')).toBe(envFileText(new Map()));
});

it('docs/configuration.md is what the schema says (npm run docs)', () => {
  expect(readFileSync(`${root}/docs/configuration.md`, 'utf8')).toBe(configurationPage());
});
