import { connect as connectTls } from 'node:tls';
import { environmentError, ShopPipeError } from '../errors.ts';
import { probeKafka } from './probe.ts';
import { brokerAddress, type KafkaTarget } from './target.ts';

/**
 * What a failed call of kafkajs means for a user. Its own errors say little about why a broker cannot be reached, so
 * the broker is asked again; an error that has nothing to do with reaching it comes back as it is.
 */
export async function explainKafkaError(error: unknown, target: KafkaTarget): Promise<unknown> {
  if (error instanceof ShopPipeError || !(error instanceof Error)) return error;
  const chain = causes(error);
  const brokers = target.brokers.join(', ');
  if (chain.some(({ name, type }) => name === 'KafkaJSSASLAuthenticationError' || /SASL/.test(type ?? ''))) {
    return environmentError('kafka_login_refused', `kafka at ${brokers} refuses ${target.sasl?.username}`, {
      suggestion: 'check KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD in .env',
      cause: error,
    });
  }
  if (chain.some(({ type }) => type?.endsWith('AUTHORIZATION_FAILED'))) {
    return environmentError('kafka_not_allowed', `kafka at ${brokers}: ${chain.at(-1)?.message}`, {
      suggestion: 'give the user of KAFKA_SASL_USERNAME the rights to the topic',
      cause: error,
    });
  }
  if (!chain.some(({ name }) => unreachable.has(name))) return error;
  const { ready, detail } = await probeKafka(target);
  return unreachableError(target, ready ? (chain.at(-1)?.message ?? error.message) : detail, error);
}

/** @param reason what `probeKafka` found, or the words of the error at the bottom. */
export async function unreachableError(
  target: KafkaTarget,
  reason: string,
  cause?: unknown,
): Promise<ShopPipeError> {
  const brokers = target.brokers.join(', ');
  if (/CERT|SELF_SIGNED|UNABLE_TO|ALTNAME/.test(reason)) {
    return environmentError(
      'kafka_certificate',
      `the certificate of kafka at ${brokers} is not trusted (${reason})`,
      { suggestion: 'set KAFKA_SSL_CA in .env to the PEM file of its authority', cause },
    );
  }
  const nobody = /ECONNREFUSED|no answer|starting/.test(reason);
  if (!nobody && target.security === 'PLAINTEXT' && (await speaksTls(target))) {
    return environmentError('kafka_needs_tls', `kafka at ${brokers} takes TLS connections only`, {
      suggestion: 'set KAFKA_SECURITY_PROTOCOL=SSL or SASL_SSL in .env (and KAFKA_SSL_CA)',
      cause,
    });
  }
  return environmentError(
    'kafka_unreachable',
    `cannot reach kafka at ${brokers} (${reason.replace(/\s+/g, ' ')})`,
    {
      suggestion: nobody
        ? 'shop-pipe up'
        : 'shop-pipe up; for a cluster of your own check KAFKA_BROKERS and KAFKA_SECURITY_PROTOCOL in .env',
      cause,
    },
  );
}

const unreachable = new Set([
  'KafkaJSConnectionError',
  'KafkaJSConnectionClosedError',
  'KafkaJSBrokerNotFound',
  'KafkaJSRequestTimeoutError',
  'KafkaJSNonRetriableError',
  'KafkaJSNumberOfRetriesExceeded',
]);

interface KafkaJsError extends Error {
  type?: string;
}

function causes(error: Error): KafkaJsError[] {
  const chain: KafkaJsError[] = [];
  for (let next: unknown = error; next instanceof Error && !chain.includes(next); next = next.cause)
    chain.push(next);
  return chain;
}

/** Whether the first broker completes a TLS handshake, whoever it is. */
function speaksTls(target: KafkaTarget): Promise<boolean> {
  return new Promise((resolve) => {
    const address = brokerAddress(target.brokers[0] ?? '');
    const socket = connectTls({ ...address, rejectUnauthorized: false });
    const finish = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(2_000, () => finish(false));
    socket.once('secureConnect', () => finish(true));
    socket.once('error', () => finish(false));
  });
}
