import type { IncomingMessage, ServerResponse } from 'node:http';

/** So many pages at once; one more is told to try again. */
export const mostViewers = 500;

/** A viewer that takes nothing for so long is gone. */
const patienceMs = 30_000;

/** Milliseconds after which a page that lost the server asks again; it sends nothing itself meanwhile. */
const retryMs = 1_000;

interface Viewer {
  response: ServerResponse;
  /** When it stopped taking what is sent; null while it does. */
  behindSince: number | null;
  /** Something was left out meanwhile. */
  missed: boolean;
}

/**
 * Those who watch. What is sent is encoded once for all; a viewer that does not take it gets nothing until it does, and
 * then the whole state, so that what waits for it is bounded.
 */
export class Viewers {
  readonly #viewers = new Set<Viewer>();
  readonly #whole: () => string;
  /** How many there were so far. */
  served = 0;

  /** @param whole - the whole state as JSON, for who comes or was behind. */
  constructor(whole: () => string) {
    this.#whole = whole;
  }

  get count(): number {
    return this.#viewers.size;
  }

  /** @param onLeave - called once, when it is gone. */
  add(request: IncomingMessage, response: ServerResponse, onLeave: () => void): void {
    const viewer: Viewer = { response, behindSince: null, missed: false };
    request.socket.setNoDelay(true);
    response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' });
    this.#viewers.add(viewer);
    this.served += 1;
    response.once('close', () => {
      this.#viewers.delete(viewer);
      onLeave();
    });
    response.on('drain', () => {
      viewer.behindSince = null;
      // The whole is more than a socket takes at once: it drains after each, and must not be sent again for that.
      if (!viewer.missed) return;
      viewer.missed = false;
      write(viewer, message('state', this.#whole()));
    });
    write(viewer, Buffer.from(`retry: ${retryMs}\n\n`));
    write(viewer, message('state', this.#whole()));
  }

  /** Sends `json` to all who keep up. */
  send(json: string): void {
    const bytes = message('change', json);
    const now = performance.now();
    for (const viewer of this.#viewers) {
      if (viewer.behindSince === null) {
        write(viewer, bytes);
        continue;
      }
      viewer.missed = true;
      if (now - viewer.behindSince > patienceMs) viewer.response.destroy();
    }
  }

  /** Says goodbye to all. */
  close(): void {
    for (const { response } of this.#viewers) response.end();
  }
}

/** JSON has no line breaks, so it is one line of data. */
const message = (event: string, json: string): Buffer => Buffer.from(`event: ${event}\ndata: ${json}\n\n`);

function write(viewer: Viewer, bytes: Buffer): void {
  if (!viewer.response.write(bytes)) viewer.behindSince ??= performance.now();
}
