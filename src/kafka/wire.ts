import { createConnection, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { trusting } from './certificate.ts';
import { brokerAddress, type KafkaTarget } from './target.ts';
import { WireReader } from './wire-reader.ts';

/** An API of Kafka's protocol in one version. `flexible` versions have compact lengths and tagged fields. */
export interface Api {
  key: number;
  version: number;
  flexible: boolean;
}

/**
 * One connection that speaks Kafka's protocol, for what kafkajs lacks (topic ids, sizes on disk) and where loading it
 * costs more than the question is worth (probes). It cannot log in: on SASL listeners only ApiVersions is answered.
 */
export class KafkaWire {
  readonly #socket: Socket;
  #received = Buffer.alloc(0);
  #correlation = 0;
  #waiting: { resolve: (message: Buffer) => void; reject: (error: Error) => void } | null = null;
  #ended: Error | null = null;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.once('error', (error) => this.#end(error));
    socket.once('close', () => this.#end(new Error('closed the connection')));
    socket.once('timeout', () => this.#end(new Error('no answer')));
  }

  /** Connects to one broker; every wait, also those of later requests, is at most `timeoutMs`. */
  static async open(
    target: Pick<KafkaTarget, 'security' | 'ca'>,
    broker: string,
    timeoutMs: number,
  ): Promise<KafkaWire> {
    const address = brokerAddress(broker);
    const tls = target.security.endsWith('SSL');
    // Node sends the host as server name and checks it, as long as none is given.
    const socket = tls
      ? connectTls({ ...address, ...(target.ca === null ? {} : trusting(target.ca)) })
      : createConnection(address);
    socket.setTimeout(timeoutMs);
    socket.setNoDelay(true);
    const wire = new KafkaWire(socket);
    await new Promise<void>((resolve, reject) => {
      wire.#waiting = { resolve: () => resolve(), reject };
      socket.once(tls ? 'secureConnect' : 'connect', () => {
        wire.#waiting = null;
        resolve();
      });
    });
    return wire;
  }

  /** One request at a time; the answer is positioned after its header. */
  async request(api: Api, body: Buffer): Promise<WireReader> {
    if (this.#ended) throw this.#ended;
    const correlation = ++this.#correlation;
    const client = Buffer.from('shop-pipe');
    const head = Buffer.alloc(14);
    head.writeInt16BE(api.key, 4);
    head.writeInt16BE(api.version, 6);
    head.writeInt32BE(correlation, 8);
    head.writeInt16BE(client.length, 12);
    const message = Buffer.concat([head, client, Buffer.alloc(api.flexible ? 1 : 0), body]);
    message.writeInt32BE(message.length - 4, 0);
    const answer = await new Promise<Buffer>((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(message);
    });
    const reader = new WireReader(answer);
    if (reader.int32() !== correlation) throw new Error('not a Kafka broker');
    if (api.flexible) reader.skipTags();
    return reader;
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    if (this.#received.length < 4) return;
    const length = this.#received.readInt32BE(0);
    // What is no broker sends other bytes: HTTP's first four would announce 1.2 GB.
    if (length < 4 || length > 64 * 1024 * 1024) return this.#end(new Error('not a Kafka broker'));
    if (this.#received.length < 4 + length) return;
    const message = this.#received.subarray(4, 4 + length);
    this.#received = this.#received.subarray(4 + length);
    this.#waiting?.resolve(message);
    this.#waiting = null;
  }

  #end(error: Error): void {
    this.#ended ??= error;
    this.#socket.destroy();
    this.#waiting?.reject(this.#ended);
    this.#waiting = null;
  }
}
