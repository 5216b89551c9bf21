import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { capture } from '../../src/process/capture.ts';
import { ensureJavaJar } from '../../src/toolchain/java-jar.ts';
import { findJdk } from '../../src/toolchain/jdk.ts';

let folder: string;
const jdk = findJdk();
const build = vi.fn();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'shop-pipe-java-'));
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'));
  build.mockClear();
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function source(path: string, text: string): void {
  const file = join(folder, 'project', 'src', 'main', path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Against no Spark: what is compiled here needs none. */
const ensure = (): Promise<string> =>
  ensureJavaJar({ name: 'hello', project: join(folder, 'project'), classPath: [] }, jdk, folder, {
    onBuild: build,
  });

describe('a jar of our own', () => {
  it('is compiled once, with its resources, and anew when a file of it changes', async () => {
    source('java/a/Hello.java', 'package a; public class Hello {}');
    source('resources/META-INF/services/x', 'a.Hello\n');
    const jar = await ensure();
    const { output } = await capture(join(jdk.home, 'bin', 'jar'), ['--list', '--file', jar]);
    expect(output.split('\n')).toEqual(expect.arrayContaining(['a/Hello.class', 'META-INF/services/x']));
    expect(await ensure()).toBe(jar);
    expect(build).toHaveBeenCalledTimes(1);
    source('resources/META-INF/services/x', 'a.Other\n');
    expect(await ensure()).not.toBe(jar);
  });

  it('that javac warns of is none', async () => {
    source('java/a/Hello.java', 'package a; class Hello { java.util.List list; }');
    await expect(ensure()).rejects.toMatchObject({
      code: 'install_failed',
      message: expect.stringMatching(/^cannot install hello \(javac\): /),
    });
  });
});
