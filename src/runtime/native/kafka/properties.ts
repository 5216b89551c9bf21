/**
 * What a single broker that is its own controller runs with. Paths are relative to its working folder: Java reads the
 * file as Latin-1, and a list of folders is split at commas, so no path of the machine is in it.
 */
export function serverProperties(listen: { host: string; port: number; controllerPort: number }): string {
  const host = listen.host.includes(':') ? `[${listen.host}]` : listen.host;
  const settings: Record<string, string | number | boolean> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    listeners: `PLAINTEXT://${host}:${listen.port},CONTROLLER://${host}:${listen.controllerPort}`,
    'advertised.listeners': `PLAINTEXT://${host}:${listen.port}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    // A static quorum is nowhere in the data: the controller may have another port at each start.
    'controller.quorum.voters': `1@${host}:${listen.controllerPort}`,
    'log.dirs': dataFolder,
    'auto.create.topics.enable': false,
    'min.insync.replicas': 1,
    'default.replication.factor': 1,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 1,
    'group.initial.rebalance.delay.ms': 0,
    // By default half of the heap; only the small topic of consumer offsets is ever compacted.
    'log.cleaner.dedupe.buffer.size': 4 * 1024 * 1024,
    // A killed broker is let in again when its old session has run out: 8 s after a kill instead of 12 s.
    'broker.session.timeout.ms': 5_000,
    'broker.heartbeat.interval.ms': 1_000,
    'num.network.threads': 2,
    'num.io.threads': 4,
    // By default a record twice a second, for ever, also while nothing happens.
    'metadata.max.idle.interval.ms': 5_000,
  };
  return `${Object.entries(settings)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n')}\n`;
}

/** Below the service's folder. */
export const dataFolder = 'data';

/** Everything goes to standard output, which is the service's log; not the hundreds of lines of settings at a start. */
export const log4jProperties = `status = error
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{yyyy-MM-dd HH:mm:ss.SSS}{UTC} UTC %-5p %c{1}: %m%n
logger.config.name = org.apache.kafka.common.config
logger.config.level = warn
logger.controller.name = org.apache.kafka.controller
logger.controller.level = warn
`;
