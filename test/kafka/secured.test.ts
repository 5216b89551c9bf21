import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../src/config/free-port.ts';
import { probeKafka } from '../../src/kafka/probe.ts';
import type { KafkaTarget } from '../../src/kafka/target.ts';
import { topicStatus } from '../../src/kafka/topic-status.ts';
import { ensureTopic } from '../../src/kafka/topics.ts';
import { capture } from '../../src/process/capture.ts';
import type { Service } from '../../src/runtime/service.ts';
import { readTopicOffsets } from '../../src/stream/topic-offsets.ts';
import { findJdk } from '../../src/toolchain/jdk.ts';
import { type TestBroker, testBroker } from '../support/broker.ts';

/** A broker with three more listeners: TLS, and a login without and with TLS. Its certificate signs itself. */
describe('a cluster that is guarded', () => {
  let broker: TestBroker;
  let tls: KafkaTarget;
  let login: KafkaTarget;
  let both: KafkaTarget;
  const topic = 'guarded';

  beforeAll(async () => {
    broker = await testBroker();
    const keytool = join(findJdk().home, 'bin', 'keytool');
    const store = join(broker.home, 'keys.p12');
    const [keys, ca] = [['-keystore', store, '-storepass', 'changeit'], join(broker.home, 'ca.pem')];
    const run = async (...args: string[]): Promise<string> => {
      const { code, output } = await capture(keytool, args);
      expect(code, output).toBe(0);
      return output;
    };
    const subject = ['-dname', 'CN=127.0.0.1', '-ext', 'SAN=IP:127.0.0.1,DNS:localhost'];
    await run('-genkeypair', '-alias', 'kafka', '-keyalg', 'EC', '-validity', '2', ...subject, ...keys);
    writeFileSync(ca, await run('-exportcert', '-rfc', '-alias', 'kafka', ...keys));

    const names = ['SSL', 'SASL_PLAINTEXT', 'SASL_SSL'] as const;
    const ports: number[] = [];
    for (const _ of names) ports.push(await freePort((ports.at(-1) ?? 25_000) + 1));
    const sasl = { mechanism: 'plain' as const, username: 'shop', password: 'shop-secret' };
    const targets = names.map(
      (security, i): KafkaTarget => ({
        brokers: [`127.0.0.1:${ports[i]}`],
        security,
        sasl: security === 'SSL' ? null : sasl,
        ca: security === 'SASL_PLAINTEXT' ? null : ca,
      }),
    );
    [tls, login, both] = targets as [KafkaTarget, KafkaTarget, KafkaTarget];
    await broker.supervisor.start(guarded(broker.service, targets, store));
    await ensureTopic(broker.target, { topic, partitions: 1, retentionMs: 3_600_000 });
  });
  afterAll(() => broker.remove());

  function guarded(service: Service, targets: readonly KafkaTarget[], store: string): Service {
    const file = join(broker.home, 'kafka', 'server.properties');
    const more = targets.map(({ security, brokers }) => `,${security}://${brokers[0]}`).join('');
    const plain = 'org.apache.kafka.common.security.plain.PlainLoginModule required';
    return {
      ...service,
      async prepare(say) {
        await service.prepare(say);
        const own = readFileSync(file, 'utf8').replace(/^((?:advertised\.)?listeners=.*)$/gm, `$1${more}`);
        writeFileSync(
          file,
          own.replace(
            /^(listener\.security.*)$/m,
            '$1,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL',
          ),
        );
        const jaas = ['sasl_plaintext', 'sasl_ssl'].map(
          (name) => `listener.name.${name}.plain.sasl.jaas.config=${plain} user_shop="shop-secret";`,
        );
        const settings = [
          `ssl.keystore.location=${store}`,
          'ssl.keystore.type=PKCS12',
          'ssl.keystore.password=changeit',
          'sasl.enabled.mechanisms=PLAIN',
          ...jaas,
        ];
        appendFileSync(file, `${settings.join('\n')}\n`);
      },
    };
  }

  it('by TLS is read like any other, sizes included', async () => {
    expect(await probeKafka(tls)).toEqual({ ready: true, detail: 'answers' });
    expect(await topicStatus(tls, topic)).toMatchObject({ topic, messages: 0, bytes: 0 });
  });

  it('by a login is read, without what kafkajs cannot ask for', async () => {
    for (const target of [login, both]) {
      expect(await probeKafka(target)).toEqual({ ready: true, detail: 'answers' });
      expect(await topicStatus(target, topic)).toMatchObject({ messages: 0, bytes: null, topic_id: null });
    }
  });

  it('tells its identity and offsets to the ledger of a stream, whoever asks', async () => {
    const known = await readTopicOffsets(broker.target, topic);
    expect(known.partitions).toEqual(new Map([[0, { earliest: 0, latest: 0 }]]));
    expect(known.topic_id).toBe((await topicStatus(tls, topic)).topic_id);
    for (const target of [tls, login, both]) expect(await readTopicOffsets(target, topic)).toEqual(known);
  });

  it.each([
    [
      'TLS is needed',
      () => ({ ...tls, security: 'PLAINTEXT' as const }),
      'kafka_needs_tls',
      'KAFKA_SECURITY_PROTOCOL=SSL',
    ],
    ['the authority is unknown', () => ({ ...tls, ca: null }), 'kafka_certificate', 'KAFKA_SSL_CA'],
    [
      'a login is needed',
      () => ({ ...login, security: 'PLAINTEXT' as const, sasl: null }),
      'kafka_unreachable',
      'KAFKA_SECURITY_PROTOCOL',
    ],
    [
      'TLS is not spoken',
      () => ({ ...tls, brokers: broker.target.brokers }),
      'kafka_unreachable',
      'KAFKA_SECURITY_PROTOCOL',
    ],
    [
      'the password is wrong',
      () => ({
        ...both,
        sasl: { mechanism: 'plain' as const, username: 'shop', password: 'not-the-secret' },
      }),
      'kafka_login_refused',
      'KAFKA_SASL_PASSWORD',
    ],
    [
      'the mechanism is not offered',
      () => ({
        ...login,
        sasl: { mechanism: 'scram-sha-512' as const, username: 'shop', password: 'shop-secret' },
      }),
      'kafka_login_refused',
      'KAFKA_SASL_MECHANISM',
    ],
  ])('%s: the error says what to set', async (_, target, code, suggestion) => {
    const failed = expect(topicStatus(target(), topic)).rejects;
    await failed.toMatchObject({ code, suggestion: expect.stringContaining(suggestion) });
    await expect(topicStatus(target(), topic)).rejects.not.toThrow('secret');
  });
});
