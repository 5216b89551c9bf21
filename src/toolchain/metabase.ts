import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { dataError, environmentError, type ShopPipeError } from '../errors.ts';
import { ensureTool } from './cache.ts';
import { findJava, type Java } from './java.ts';

/** The release that is downloaded where no jar is named: of the version whose answers the tests have. */
export const metabaseRelease = 'v0.58.39';
const releaseUrl = `https://downloads.metabase.com/${metabaseRelease}.x/metabase.jar`;

/** The oldest that Metabase runs on; Spark is content with 17. */
const leastJava = 21;

/** @throws ShopPipeError `no_java_for_metabase` */
export function findMetabaseJava(preferred: string | null): Java {
  const { java, others } = findJava({ least: leastJava, preferred });
  if (java !== null) return java;
  throw environmentError(
    'no_java_for_metabase',
    `Metabase needs Java ${leastJava} or newer, Spark is content with 17${others.length > 0 ? `; there is only ${others.join(', ')}` : ''}`,
    {
      suggestion:
        'apt-get install openjdk-21-jre-headless (macOS: brew install openjdk@21), or set METABASE_JAVA_HOME in .env',
    },
  );
}

export interface JarOptions {
  /** Absolute path of a jar that is there; null for the pinned release. */
  jar: string | null;
  sha256: string | null;
  signal: AbortSignal;
  say: (what: string) => void;
  /** Takes the SHA-256 of what was downloaded without one to hold it against. */
  onHash: (sha256: string) => void;
  /** Where the release is; for tests. */
  url?: string;
}

/** The jar to run, downloaded at most once. @throws ShopPipeError `no_metabase_jar`, `wrong_hash` */
export async function ensureMetabaseJar(options: JarOptions): Promise<string> {
  const { jar, sha256, signal, say, onHash, url = releaseUrl } = options;
  if (jar !== null) {
    if (!existsSync(jar))
      throw environmentError('no_metabase_jar', `METABASE_JAR names ${jar}, which is not there`, {
        suggestion: 'set METABASE_JAR in .env to a metabase.jar; everything else works without Metabase',
      });
    if (sha256 !== null) await holdAgainst(jar, sha256);
    return jar;
  }
  const folder = await ensureTool(
    {
      name: 'metabase',
      dependsOn: [url, sha256 ?? ''],
      async build(target) {
        const file = join(target, 'metabase.jar');
        const actual = await download(url, file, signal, say);
        if (sha256 === null) onHash(actual);
        else if (actual !== sha256) throw wrongHash(url, actual, sha256);
      },
    },
    { signal, onWait: () => say('another shop-pipe downloads Metabase') },
  );
  return join(folder, 'metabase.jar');
}

async function download(
  url: string,
  file: string,
  signal: AbortSignal,
  say: (what: string) => void,
): Promise<string> {
  const hash = createHash('sha256');
  const out = await open(file, 'w', 0o600);
  try {
    const response = await fetch(url, { signal });
    if (!response.ok || response.body === null) throw new Error(`it says ${response.status}`);
    const size = Number(response.headers.get('content-length'));
    const megabytes = (bytes: number): number => Math.round(bytes / 2 ** 20);
    let bytes = 0;
    for await (const chunk of response.body) {
      hash.update(chunk);
      await out.write(chunk);
      bytes += chunk.length;
      say(
        `downloading Metabase ${metabaseRelease} (${megabytes(bytes)}${size > 0 ? ` of ${megabytes(size)}` : ''} MB)`,
      );
    }
    if (size > 0 && bytes !== size) throw new Error(`it ended after ${bytes} of ${size} bytes`);
  } catch (error) {
    if (signal.aborted || (error as NodeJS.ErrnoException).code === 'ENOSPC') throw error;
    throw notToBeHad(url, error);
  } finally {
    await out.close();
  }
  return hash.digest('hex');
}

function notToBeHad(url: string, error: unknown): ShopPipeError {
  const { message, cause } = error as Error;
  const reason = (cause as NodeJS.ErrnoException | undefined)?.code ?? message;
  return environmentError(
    'no_metabase_jar',
    `cannot download Metabase ${metabaseRelease} from ${new URL(url).host} (${reason})`,
    {
      suggestion:
        'bring a metabase.jar here by other means and set METABASE_JAR in .env; everything else works without Metabase',
      cause: error,
    },
  );
}

async function holdAgainst(file: string, expected: string): Promise<void> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  const actual = hash.digest('hex');
  if (actual !== expected) throw wrongHash(file, actual, expected);
}

const wrongHash = (what: string, actual: string, expected: string): ShopPipeError =>
  dataError('wrong_hash', `${what} has SHA-256 ${actual}, METABASE_JAR_SHA256 says ${expected}`, {
    suggestion: 'do not run it; compare with what metabase.com tells of the release',
  });
