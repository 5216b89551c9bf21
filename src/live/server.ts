import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { environmentError } from '../errors.ts';
import { portHolder } from '../process/port-holder.ts';
import { isForUs, securityHeaders } from './guard.ts';
import { bestEncoding, type PageFile } from './page-files.ts';
import { mostViewers, type Viewers } from './viewers.ts';

export interface ServerOptions {
  page: ReadonlyMap<string, PageFile>;
  viewers: Viewers;
  /** Somebody watches now. */
  onFirst: () => void;
  /** Nobody does any more. */
  onLast: () => void;
}

/** Serves the page and its events on the loopback address; port 0 takes a free one. @throws ShopPipeError `port_taken` */
export async function listen(
  port: number,
  options: ServerOptions,
): Promise<{ server: Server; port: number }> {
  const server = createServer((request, response) => answer(request, response, options, portOf(server)));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, host: '127.0.0.1', exclusive: true }, resolve);
  }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRINUSE')
      throw environmentError('port_taken', `port ${port} of live is taken by ${portHolder(port)}`, {
        suggestion: `shop-pipe live --port ${port < 65_535 ? port + 1 : port - 1}`,
        cause: error,
      });
    if (error.code === 'EACCES')
      throw environmentError('port_refused', `port ${port} may not be listened on`, {
        suggestion: 'shop-pipe live --port 4747',
        cause: error,
      });
    throw error;
  });
  return { server, port: portOf(server) };
}

const portOf = (server: Server): number => (server.address() as AddressInfo | null)?.port ?? 0;

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { page, viewers, onFirst, onLast }: ServerOptions,
  port: number,
): void {
  for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
  response.setHeader('Cache-Control', 'no-store');
  const refuse = (status: number, text: string): void =>
    void response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
  if (!isForUs(request, port)) return refuse(421, 'this server is not the one that was asked for');
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    return refuse(405, 'only GET and HEAD');
  }
  const path = request.url?.split('?')[0] ?? '';
  if (path === '/events' && request.method === 'GET') {
    if (viewers.count >= mostViewers) return refuse(503, 'too many pages are open');
    viewers.add(request, response, () => {
      if (viewers.count === 0) onLast();
    });
    if (viewers.count === 1) onFirst();
    return undefined;
  }
  const file = page.get(path);
  if (file === undefined) return refuse(404, 'nothing is here');
  return send(request, response, file);
}

function send(request: IncomingMessage, response: ServerResponse, file: PageFile): void {
  const encoding = bestEncoding(String(request.headers['accept-encoding'] ?? ''));
  const body = file.encodings[encoding] ?? file.encodings.identity;
  response.setHeader('ETag', file.etag);
  response.setHeader('Vary', 'Accept-Encoding');
  response.setHeader('Cache-Control', file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
  if (request.headers['if-none-match'] === file.etag) return void response.writeHead(304).end();
  response.setHeader('Content-Type', file.type);
  response.setHeader('Content-Length', body.length);
  if (encoding !== 'identity') response.setHeader('Content-Encoding', encoding);
  return void response.writeHead(200).end(request.method === 'HEAD' ? undefined : body);
}
