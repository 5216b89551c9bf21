import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { environmentError } from '../errors.ts';

/** TLS options that trust the authority in the PEM file `ca` and no other. @throws ShopPipeError `kafka_ca_unreadable`. */
export function trusting(ca: string): ConnectionOptions {
  try {
    return { ca: [readFileSync(ca, 'utf8')] };
  } catch (error) {
    throw environmentError('kafka_ca_unreadable', `cannot read the certificate ${ca}`, {
      suggestion: 'set KAFKA_SSL_CA to a PEM file',
      cause: error,
    });
  }
}
