import { createConnection } from 'node:net';
import type { PgTarget } from './target.ts';

/**
 * Asks a server whether it takes connections, without logging in: a start-up message for a user that need not exist is
 * answered by an authentication request (ready) or by an error with its SQLSTATE (57P03 while starting up).
 * See "Message Formats" in PostgreSQL's protocol documentation.
 */
export function probePostgres(
  target: Pick<PgTarget, 'host' | 'port'>,
  timeoutMs = 2_000,
): Promise<{ ready: boolean; detail: string }> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: target.host, port: target.port });
    const finish = (ready: boolean, detail: string): void => {
      socket.destroy();
      resolve({ ready, detail });
    };
    socket.setTimeout(timeoutMs, () => finish(false, 'no answer'));
    socket.once('error', (error: NodeJS.ErrnoException) => finish(false, error.code ?? error.message));
    socket.once('connect', () =>
      socket.write(
        startupMessage({ user: 'postgres', database: 'postgres', application_name: 'shop-pipe probe' }),
      ),
    );
    socket.once('data', (data) => {
      if (data[0] === 0x52) return finish(true, 'accepts connections'); // 'R': authentication request
      const sqlState = /\0C([0-9A-Z]{5})\0/.exec(data.toString('latin1'))?.[1] ?? 'not postgres';
      finish(false, sqlState === '57P03' ? 'starting up' : sqlState);
    });
    socket.once('end', () => finish(false, 'closed the connection'));
  });
}

function startupMessage(parameters: Record<string, string>): Buffer {
  const body = Buffer.from(`${Object.entries(parameters).flat().join('\0')}\0\0`, 'utf8');
  const head = Buffer.alloc(8);
  head.writeInt32BE(8 + body.length, 0);
  head.writeInt32BE(196_608, 4); // protocol 3.0
  return Buffer.concat([head, body]);
}
