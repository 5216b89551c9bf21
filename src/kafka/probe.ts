import { readMetadata } from './metadata.ts';
import type { KafkaTarget } from './target.ts';
import { KafkaWire } from './wire.ts';

const apiVersions = { key: 18, version: 0, flexible: false };

/**
 * Asks whether a broker of the cluster takes requests, in a few milliseconds and without kafkajs. A broker that opened
 * its port while it still recovers is not ready: it is missing from its own metadata. Behind SASL the most that is
 * answered before a login is ApiVersions.
 */
export async function probeKafka(
  target: KafkaTarget,
  timeoutMs = 2_000,
): Promise<{ ready: boolean; detail: string }> {
  const answers = await Promise.all(target.brokers.map((broker) => probeBroker(target, broker, timeoutMs)));
  return answers.find(({ ready }) => ready) ?? answers[0] ?? { ready: false, detail: 'no broker is named' };
}

async function probeBroker(
  target: KafkaTarget,
  broker: string,
  timeoutMs: number,
): Promise<{ ready: boolean; detail: string }> {
  let wire: KafkaWire | null = null;
  try {
    wire = await KafkaWire.open(target, broker, timeoutMs);
    if (target.sasl !== null) {
      const code = (await wire.request(apiVersions, Buffer.alloc(0))).int16();
      return code === 0 ? { ready: true, detail: 'answers' } : { ready: false, detail: `error ${code}` };
    }
    const { brokers } = await readMetadata(wire, []);
    return brokers.length > 0 ? { ready: true, detail: 'answers' } : { ready: false, detail: 'starting up' };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { ready: false, detail: code ?? message };
  } finally {
    wire?.close();
  }
}
