import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findJava } from '../../src/toolchain/java.ts';
import { ensureMetabaseJar, type JarOptions } from '../../src/toolchain/metabase.ts';

let folder: string;
let server: Server | null = null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shop-pipe-jar-'));
  vi.stubEnv('XDG_CACHE_HOME', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
  server?.closeAllConnections();
  server?.close();
  server = null;
});

const bytes = Buffer.from('this is a jar');
const hash = createHash('sha256').update(bytes).digest('hex');

async function mirror(
  status = 200,
  body: Buffer = bytes,
  length = body.length,
): Promise<{ url: string; asked: () => number }> {
  let asked = 0;
  server = createServer((_, response) => {
    asked++;
    response.writeHead(status, { 'content-length': length });
    response.write(body);
    if (length > body.length) response.destroy();
    else response.end();
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/metabase.jar`,
    asked: () => asked,
  };
}

const hashes: string[] = [];
const ensure = (options: Partial<JarOptions>): Promise<string> => {
  hashes.length = 0;
  const onHash = (actual: string): void => void hashes.push(actual);
  return ensureMetabaseJar({
    jar: null,
    sha256: null,
    signal: new AbortController().signal,
    say: () => undefined,
    onHash,
    ...options,
  });
};

describe('the jar of Metabase', () => {
  it('is downloaded once, and its hash told where none is set', async () => {
    const { url, asked } = await mirror();
    const jar = await ensure({ url });
    expect(readFileSync(jar)).toEqual(bytes);
    expect(hashes).toEqual([hash]);
    expect(await ensure({ url })).toBe(jar);
    expect([asked(), hashes]).toEqual([1, []]);
  });

  it('is held against METABASE_JAR_SHA256', async () => {
    const { url, asked } = await mirror();
    expect(readFileSync(await ensure({ url, sha256: hash }))).toEqual(bytes);
    const other = '0'.repeat(64);
    for (let i = 0; i < 2; i++)
      await expect(ensure({ url, sha256: other })).rejects.toMatchObject({
        code: 'wrong_hash',
        message: expect.stringContaining(`has SHA-256 ${hash}, METABASE_JAR_SHA256 says ${other}`),
      });
    expect(asked()).toBe(3);
    const file = join(folder, 'mine.jar');
    writeFileSync(file, bytes);
    expect(await ensure({ jar: file, sha256: hash })).toBe(file);
    await expect(ensure({ jar: file, sha256: other })).rejects.toMatchObject({ code: 'wrong_hash' });
  });

  it('that cannot be had says so, and how to go on', async () => {
    const nowhere = {
      code: 'no_metabase_jar',
      suggestion: expect.stringContaining('everything else works without Metabase'),
    };
    await expect(ensure({ jar: join(folder, 'none.jar') })).rejects.toMatchObject(nowhere);
    await expect(ensure({ url: 'http://127.0.0.1:1/metabase.jar' })).rejects.toMatchObject({
      ...nowhere,
      message: expect.stringMatching(/^cannot download Metabase v[\d.]+ from 127\.0\.0\.1:1 \(.+\)$/),
    });
    const { url } = await mirror(404);
    await expect(ensure({ url })).rejects.toMatchObject({
      ...nowhere,
      message: expect.stringContaining('it says 404'),
    });
  });

  it('that came half is not taken', async () => {
    const { url } = await mirror(200, bytes, 1_000);
    await expect(ensure({ url })).rejects.toMatchObject({ code: 'no_metabase_jar' });
    server?.close();
    const whole = await mirror();
    expect(readFileSync(await ensure({ url: whole.url }))).toEqual(bytes);
  });
});

describe('a Java for Metabase', () => {
  const java = (name: string, version: string): string => {
    const home = join(folder, name);
    mkdirSync(join(home, 'bin'), { recursive: true });
    const file = join(home, 'bin', 'java');
    writeFileSync(file, `#!/bin/sh\necho 'openjdk version "${version}" 2025-01-01' >&2\n`);
    chmodSync(file, 0o755);
    return home;
  };

  it('is the first that is new enough: named, JAVA_HOME, on PATH, where systems keep them', () => {
    const [old, new21, new25] = [java('jdk-17', '17.0.15'), java('jdk-21', '21.0.4'), java('other', '25')];
    const env = { JAVA_HOME: old, PATH: join(new25, 'bin') };
    expect(findJava({ least: 21, env, folders: [] }).java).toEqual({ home: new25, major: 25, version: '25' });
    expect(findJava({ least: 21, preferred: new21, env, folders: [] }).java?.version).toBe('21.0.4');
    expect(findJava({ least: 21, env: { JAVA_HOME: old }, folders: [folder] }).java?.home).toBe(new21);
    expect(findJava({ least: 17, env, folders: [] }).java?.home).toBe(old);
  });

  it('is told to be missing with what there is', () => {
    const old = java('jdk-8', '1.8.0_392');
    expect(findJava({ least: 21, env: { JAVA_HOME: old }, folders: [join(folder, 'none')] })).toEqual({
      java: null,
      others: [`1.8.0_392 in ${old}`],
    });
  });
});
