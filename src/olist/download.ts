import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { environmentError, interruptedError, ShopPipeError } from '../errors.ts';
import { openZip } from './olist-zip.ts';
import type { SeedContext } from './shop-source.ts';

const dataset = 'olistbr/brazilian-ecommerce';
const byHand = `fetch it by hand, in a browser from https://www.kaggle.com/datasets/${dataset} or by kaggle datasets download -d ${dataset}; then: shop-pipe seed olist --path archive.zip`;

export interface DownloadOptions {
  /** Kaggle's public endpoint; a mirror's or a test's instead. */
  url?: string;
  /** Milliseconds until the answer must begin. */
  connectTimeoutMs?: number;
  /** Milliseconds without a byte after which the download is given up. */
  stallTimeoutMs?: number;
}

/**
 * Downloads the Olist archive (some 45 MB) to `target`, which is replaced only by a whole zip that has the files a seed
 * needs; returns `target`.
 *
 * @throws ShopPipeError `olist_unreachable`, `olist_download_cut`, `olist_zip_…`, `olist_files_missing`, `interrupted`
 */
export async function downloadOlist(
  ctx: Pick<SeedContext, 'progress' | 'signal'>,
  target: string,
  options: DownloadOptions = {},
): Promise<string> {
  const url = options.url ?? `https://www.kaggle.com/api/v1/datasets/download/${dataset}`;
  const part = `${target}.${process.pid}.part`;
  await mkdir(dirname(target), { recursive: true });
  try {
    await fetchTo(ctx, url, part, options);
    await (await openZip(part)).close();
    await rename(part, target);
    return target;
  } catch (error) {
    if (ctx.signal?.aborted) throw interruptedError('the download of Olist; nothing of it was kept');
    throw error;
  } finally {
    await rm(part, { force: true });
  }
}

async function fetchTo(
  ctx: Pick<SeedContext, 'progress' | 'signal'>,
  url: string,
  file: string,
  options: DownloadOptions,
): Promise<void> {
  const deadline = new Deadline();
  const signal = ctx.signal ? AbortSignal.any([ctx.signal, deadline.signal]) : deadline.signal;
  const stallMs = options.stallTimeoutMs ?? 60_000;
  try {
    deadline.extend(options.connectTimeoutMs ?? 30_000);
    const response = await fetch(url, { signal, redirect: 'follow' }).catch((error: unknown) => {
      throw unreachable(url, deadline.signal.aborted ? 'no answer in time' : causeOf(error), error);
    });
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      throw unreachable(url, `HTTP ${response.status} ${response.statusText}`.trim());
    }
    const size = Number(response.headers.get('content-length') ?? 0);
    const step = ctx.progress.step('downloading Olist', size > 0 ? { of: size, unit: 'bytes' } : undefined);
    let done = 0;
    async function* counted(body: Readable): AsyncGenerator<Buffer> {
      for await (const chunk of body) {
        deadline.extend(stallMs);
        done += (chunk as Buffer).length;
        step.advance(done);
        yield chunk as Buffer;
      }
    }
    try {
      deadline.extend(stallMs);
      const body = Readable.fromWeb(response.body as ReadableStream);
      await pipeline(body, counted, createWriteStream(file), { signal });
      step.end(`${done} bytes`);
    } catch (error) {
      step.fail();
      if ((error as NodeJS.ErrnoException).syscall === 'write') throw error;
      throw environmentError(
        'olist_download_cut',
        `the download from ${new URL(url).host} broke off after ${done} bytes (${deadline.signal.aborted ? 'no more came' : causeOf(error)})`,
        { suggestion: `run the command again, or ${byHand}`, cause: error },
      );
    }
  } finally {
    deadline.clear();
  }
}

/** Aborts its signal when it was not extended in time. */
class Deadline {
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  extend(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#controller.abort(), ms);
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}

const unreachable = (url: string, reason: string, cause?: unknown): ShopPipeError =>
  environmentError('olist_unreachable', `cannot download Olist from ${new URL(url).host}: ${reason}`, {
    suggestion: byHand,
    cause,
  });

/** fetch says `fetch failed`; what failed is its cause. */
function causeOf(error: unknown): string {
  const cause = (error as { cause?: unknown }).cause ?? error;
  const { code, message } = cause as { code?: string; message?: string };
  return code ?? message ?? String(cause);
}
