import { createServer } from 'node:net';
import { environmentError } from '../errors.ts';

/** Whether something could listen on `port` of the loopback address now. */
export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** `preferred` if it is free, else the next free port above it. */
export async function freePort(preferred: number, host = '127.0.0.1'): Promise<number> {
  for (let port = preferred; port < Math.min(preferred + 200, 65_536); port += 1) {
    if (await isPortFree(port, host)) return port;
  }
  throw environmentError('no_free_port', `no free port from ${preferred} to ${preferred + 199}`);
}
