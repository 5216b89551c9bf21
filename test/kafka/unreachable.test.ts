import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from '../../src/config/free-port.ts';
import { probeKafka } from '../../src/kafka/probe.ts';
import type { KafkaTarget } from '../../src/kafka/target.ts';
import { topicStatus } from '../../src/kafka/topic-status.ts';
import { testKafka } from '../support/kafka.ts';

const servers: Server[] = [];
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

/** Something that listens and is no broker. */
async function listener(onData: (socket: Socket) => void): Promise<KafkaTarget> {
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.on('data', () => onData(socket));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return { brokers: [`127.0.0.1:${port}`], security: 'PLAINTEXT', sasl: null, ca: null };
}

describe('the probe', () => {
  it('says that a broker answers, also where only one of several does', async () => {
    const { brokers } = testKafka();
    const nobody = `127.0.0.1:${await freePort(57_500)}`;
    expect(await probeKafka(testKafka())).toEqual({ ready: true, detail: 'answers' });
    expect(await probeKafka({ ...testKafka(), brokers: [nobody, ...brokers] })).toMatchObject({
      ready: true,
    });
  });

  it.each([
    ['nothing', null, 'ECONNREFUSED'],
    ['something that hangs up', (socket: Socket) => socket.end(), 'closed the connection'],
    [
      'a web server',
      (socket: Socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'),
      'not a Kafka broker',
    ],
    ['something silent', () => undefined, 'no answer'],
  ])('says what is there instead: %s', async (_, onData, detail) => {
    const target = onData
      ? await listener(onData as (socket: Socket) => void)
      : { ...testKafka(), brokers: [`127.0.0.1:${await freePort(57_500)}`] };
    expect(await probeKafka(target, 300)).toEqual({ ready: false, detail });
  });
});

it('no broker: an error that says how to start it, and no line of kafkajs', async () => {
  const broker = `127.0.0.1:${await freePort(57_500)}`;
  await expect(topicStatus({ ...testKafka(), brokers: [broker] }, 'shop.orders')).rejects.toMatchObject({
    kind: 'environment',
    code: 'kafka_unreachable',
    message: `cannot reach kafka at ${broker} (ECONNREFUSED)`,
    suggestion: 'shop-pipe up',
  });
});

it('a certificate that cannot be read is named', async () => {
  const target: KafkaTarget = { ...testKafka(), security: 'SSL', ca: '/nowhere/ca.pem' };
  await expect(topicStatus(target, 'shop.orders')).rejects.toMatchObject({
    code: 'kafka_ca_unreadable',
    suggestion: expect.stringContaining('KAFKA_SSL_CA'),
  });
});
