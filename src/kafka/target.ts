/** How the brokers of one cluster are reached. */
export interface KafkaTarget {
  /** Bootstrap servers, `host:port` each; at least one. */
  brokers: string[];
  security: SecurityProtocol;
  /** Null unless `security` asks for SASL. */
  sasl: KafkaSasl | null;
  /** A PEM file with the authority that signed the brokers' certificates; null trusts what Node trusts. */
  ca: string | null;
}

export type SecurityProtocol = 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL';

export interface KafkaSasl {
  mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
  username: string;
  password: string;
}

/** `host:port` in its two parts; the host of an IPv6 address is without its brackets. */
export function brokerAddress(broker: string): { host: string; port: number } {
  const colon = broker.lastIndexOf(':');
  return { host: broker.slice(0, colon).replace(/^\[(.*)\]$/, '$1'), port: Number(broker.slice(colon + 1)) };
}
