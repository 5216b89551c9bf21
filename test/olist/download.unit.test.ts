import { readdir, readFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DownloadOptions, downloadOlist } from '../../src/olist/download.ts';
import { silent } from '../../src/progress.ts';
import { zipOf } from '../support/zip.ts';
import { filesOf, type Scratch, scratch } from './small-olist.ts';

const zip = zipOf([...filesOf()].map(([name, bytes]) => ({ name, bytes })));
let place: Scratch;
let server: Server | undefined;

beforeEach(async () => {
  place = await scratch();
});
afterEach(async () => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
  await place.remove();
});

async function serve(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/archive`;
}
const download = (url: string, options: DownloadOptions = {}, signal?: AbortSignal) =>
  downloadOlist({ progress: silent, signal }, join(place.path, 'home', 'olist.zip'), { url, ...options });
const left = () => readdir(join(place.path, 'home'));

describe('downloadOlist', () => {
  it('follows redirects and keeps a whole zip', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/archive') response.writeHead(302, { location: '/zip' }).end();
      else response.end(zip);
    });
    const target = await download(url);
    expect(await readFile(target)).toEqual(zip);
    expect(await left()).toEqual(['olist.zip']);
  });

  it.each<{ what: string; answer: RequestListener; code: string; says: RegExp }>([
    {
      what: 'a refusal',
      answer: (_, response) => response.writeHead(403).end('no'),
      code: 'olist_unreachable',
      says: /HTTP 403/,
    },
    {
      what: 'a page instead of the zip',
      answer: (_, response) => response.end('<html>sign in</html>'),
      code: 'olist_not_a_zip',
      says: /not a zip/,
    },
    {
      what: 'a zip that breaks off',
      answer: (_, response) => {
        response.writeHead(200, { 'content-length': zip.length });
        response.write(zip.subarray(0, 100), () => response.destroy());
      },
      code: 'olist_download_cut',
      says: /broke off after \d+ bytes/,
    },
    {
      what: 'a server that never answers',
      answer: () => undefined,
      code: 'olist_unreachable',
      says: /no answer in time/,
    },
    {
      what: 'a download that stalls',
      answer: (_, response) => void response.write(zip.subarray(0, 100)),
      code: 'olist_download_cut',
      says: /no more came/,
    },
  ])('gives up on $what and leaves nothing', async ({ answer, code, says }) => {
    const url = await serve(answer);
    await expect(download(url, { connectTimeoutMs: 500, stallTimeoutMs: 500 })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(says),
    });
    expect(await left()).toEqual([]);
  });

  it('says how to fetch it by hand when nobody is there', async () => {
    const url = await serve(() => undefined);
    await new Promise((resolve) => server?.close(resolve));
    await expect(download(url)).rejects.toMatchObject({
      kind: 'environment',
      code: 'olist_unreachable',
      suggestion: expect.stringMatching(/kaggle datasets download .*shop-pipe seed olist --path/),
    });
  });

  it('can be interrupted', async () => {
    const controller = new AbortController();
    const url = await serve((_, response) => {
      response.write(zip.subarray(0, 100));
      controller.abort();
    });
    await expect(download(url, {}, controller.signal)).rejects.toMatchObject({ code: 'interrupted' });
    expect(await left()).toEqual([]);
  });
});
