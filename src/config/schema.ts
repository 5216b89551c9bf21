import { z } from 'zod';
import { isTimezone } from './timezone.ts';

/**
 * The whole environment of shop-pipe, one variable a line. `.env.example` and `docs/configuration.md` are made from
 * this (see `src/config/document.ts`), so the description of each is written for a user.
 */
export interface Variable {
  name: string;
  group: string;
  doc: string;
  /**
   * `generated`: `init` writes a random value, `fernet`: a random key of that format. `port`: a free port near the
   * default. `endpoint` and `url`: the default, which ends in a port, with a free one. `portOf`: the port of the variable
   * that `of` names.
   */
  fill?: 'generated' | 'fernet' | 'port' | 'endpoint' | 'url' | 'portOf';
  of?: string;
  /** How many random bytes `generated` takes; 24 where nothing is said. */
  bytes?: number;
  /** Never printed, never logged, never in argv. */
  secret?: true;
  default?: string;
  schema: z.ZodType<unknown, string>;
}

const port = z
  .string()
  .regex(/^\d{1,5}$/, 'must be a port number')
  .transform(Number)
  .refine((n) => n >= 1 && n <= 65535, 'must be a port from 1 to 65535');
const word = z.string().min(1, 'must not be empty');
const identifier = z
  .string()
  .regex(
    /^[a-z_][a-z0-9_]{0,62}$/,
    'must be a plain lower-case Postgres name (letters, digits, underscores)',
  );
const password = z
  .string()
  .min(8, 'must have at least 8 characters')
  .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces');
const optionalPassword = z.union([z.literal(''), password]);
/** Of an account that may have been made elsewhere, and that travels as JSON. */
const anyPassword = z
  .string()
  .min(8, 'must have at least 8 characters')
  .regex(/^\P{Cc}+$/u, 'must have no control characters');

const wholeNumber = (least: number, most: number): z.ZodType<number, string> =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .refine((n) => n >= least && n <= most, `must be from ${least} to ${most}`);
const brokers = z
  .string()
  .transform((list) => list.split(',').map((broker) => broker.trim()))
  .refine(
    (list) =>
      list.every((broker) => {
        const number = Number(/^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]):(\d{1,5})$/.exec(broker)?.[1]);
        return number >= 1 && number <= 65535;
      }),
    'must be host:port, or several with commas',
  );
const url = z
  .string()
  .transform((text) => text.replace(/\/+$/, ''))
  .refine(
    (text) => /^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/.test(text) && URL.canParse(text),
    'must be a URL such as http://127.0.0.1:8080, without a password in it',
  );
/** Engines that can be told to run elsewhere, one by one. */
export const engines = ['postgres', 'kafka', 'airflow', 'metabase'] as const;
export type Engine = (typeof engines)[number];
const engineList = z
  .string()
  .transform(
    (list) =>
      list
        .split(',')
        .map((name) => name.trim())
        .filter(Boolean) as Engine[],
  )
  .refine((list) => list.every((name) => engines.includes(name)), `must name some of ${engines.join(', ')}`);

const javaMemory = z.string().regex(/^\d{1,6}[mg]$/, 'must be a size such as 512m or 2g');

const postgres = 'PostgreSQL';
const kafka = 'Apache Kafka';
const spark = 'Spark';
const airflow = 'Apache Airflow';
const metabase = 'Metabase';
const docker = 'Docker compose';
const pipeline = 'The pipeline';

const runtimes = ['native', 'compose', 'external'] as const;

export const variables = [
  {
    name: 'POSTGRES_HOST',
    group: postgres,
    doc: 'Host of the database. Another host than this machine is a managed database: put postgres into SHOP_PIPE_EXTERNAL too.',
    default: '127.0.0.1',
    schema: word,
  },
  {
    name: 'POSTGRES_PORT',
    group: postgres,
    doc: 'Port of the database.',
    default: '5432',
    fill: 'port',
    schema: port,
  },
  { name: 'POSTGRES_DB', group: postgres, doc: 'Name of the database.', default: 'shop', schema: identifier },
  {
    name: 'POSTGRES_USER',
    group: postgres,
    doc: 'Role that owns every table and runs the migrations; no superuser.',
    default: 'shop_owner',
    schema: identifier,
  },
  {
    name: 'POSTGRES_PASSWORD',
    group: postgres,
    doc: 'Password of POSTGRES_USER.',
    fill: 'generated',
    secret: true,
    schema: password,
  },
  {
    name: 'POSTGRES_SUPERUSER_PASSWORD',
    group: postgres,
    doc: 'Password of the bootstrap superuser `postgres`, which makes the roles, the database and the scratch database of `migrate verify`, and does nothing else.',
    fill: 'generated',
    secret: true,
    schema: password,
  },
  {
    name: 'SHOP_ETL_PASSWORD',
    group: postgres,
    doc: 'Password of `shop_etl`, the role of the Spark batch job.',
    fill: 'generated',
    secret: true,
    schema: password,
  },
  {
    name: 'SHOP_STREAM_PASSWORD',
    group: postgres,
    doc: 'Password of `shop_stream`, the role of the streaming job.',
    fill: 'generated',
    secret: true,
    schema: password,
  },
  {
    name: 'SHOP_BI_PASSWORD',
    group: postgres,
    doc: 'Password of `shop_bi`, the read-only role of reports and dashboards; it sees no name and no e-mail.',
    fill: 'generated',
    secret: true,
    schema: password,
  },
  {
    name: 'KAFKA_BROKERS',
    group: kafka,
    doc: 'Address of the broker, or several of a cluster with commas. One that shop-pipe does not run itself: put kafka into SHOP_PIPE_EXTERNAL too.',
    default: '127.0.0.1:9092',
    fill: 'endpoint',
    schema: brokers,
  },
  {
    name: 'KAFKA_SECURITY_PROTOCOL',
    group: kafka,
    doc: '`PLAINTEXT`, `SSL`, `SASL_PLAINTEXT` or `SASL_SSL`. All but the first are for a cluster of your own.',
    default: 'PLAINTEXT',
    schema: z.enum(['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL']),
  },
  {
    name: 'KAFKA_SASL_MECHANISM',
    group: kafka,
    doc: '`PLAIN`, `SCRAM-SHA-256` or `SCRAM-SHA-512`, where the security protocol is a SASL one.',
    default: 'SCRAM-SHA-512',
    schema: z.enum(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']),
  },
  {
    name: 'KAFKA_SASL_USERNAME',
    group: kafka,
    doc: 'User of a SASL login.',
    default: '',
    schema: z.string(),
  },
  {
    name: 'KAFKA_SASL_PASSWORD',
    group: kafka,
    doc: 'Password of KAFKA_SASL_USERNAME.',
    default: '',
    secret: true,
    schema: optionalPassword,
  },
  {
    name: 'KAFKA_SSL_CA',
    group: kafka,
    doc: 'PEM file with the authority that signed the certificates of the brokers. Empty: the authorities that Node knows.',
    default: '',
    schema: z.string(),
  },
  {
    name: 'KAFKA_TOPIC_PARTITIONS',
    group: kafka,
    doc: 'Partitions of the topic `shop.orders` when `up` makes it.',
    default: '4',
    schema: wholeNumber(1, 10_000),
  },
  {
    name: 'KAFKA_TOPIC_RETENTION_HOURS',
    group: kafka,
    doc: 'How long the topic `shop.orders` keeps its messages.',
    default: '168',
    schema: wholeNumber(1, 1_000_000),
  },
  {
    name: 'SPARK_MASTER',
    group: spark,
    doc: 'Where Spark jobs run: `local[*]`, `spark://host:7077`, `k8s://…`.',
    default: 'local[*]',
    schema: word,
  },
  {
    name: 'SPARK_AUTHENTICATE',
    group: spark,
    doc: 'Whether the cluster of SPARK_MASTER wants SPARK_AUTH_SECRET: `true` or `false`. The cluster of compose always does.',
    default: 'false',
    schema: z.enum(['true', 'false']).transform((value) => value === 'true'),
  },
  {
    name: 'SPARK_AUTH_SECRET',
    group: spark,
    doc: 'What a Spark cluster and its jobs share (spark.authenticate.secret).',
    default: '',
    fill: 'generated',
    secret: true,
    schema: optionalPassword,
  },
  {
    name: 'SPARK_JOB_CORES',
    group: spark,
    doc: 'Cores that a job takes of a standalone cluster at most, so that ETL and stream run side by side. Empty: all that are free.',
    default: '',
    schema: z.union([z.literal(''), wholeNumber(1, 10_000)]),
  },
  {
    name: 'SPARK_EXECUTOR_MEMORY',
    group: spark,
    doc: 'Heap of an executor on a cluster.',
    default: '1g',
    schema: javaMemory,
  },
  {
    name: 'SPARK_DRIVER_MEMORY',
    group: spark,
    doc: 'Heap of a driver; with `local[*]` the whole job is in it.',
    default: '1g',
    schema: javaMemory,
  },
  {
    name: 'STREAM_MAX_OFFSETS_PER_TRIGGER',
    group: spark,
    doc: 'How many messages a micro-batch of the stream takes at most: bounds its memory and how long its transaction lasts.',
    default: '50000',
    schema: wholeNumber(1, 10_000_000),
  },
  {
    name: 'AIRFLOW_URL',
    group: airflow,
    doc: 'Address of the Airflow API and its web pages. One that shop-pipe does not run itself: put airflow into SHOP_PIPE_EXTERNAL too.',
    default: 'http://127.0.0.1:8080',
    fill: 'url',
    schema: url,
  },
  {
    name: 'AIRFLOW_USER',
    group: airflow,
    doc: 'User that logs in to Airflow, by `dag` commands and in the browser.',
    default: 'admin',
    schema: z.string().regex(/^[^\s:,]+$/, 'must have no space, colon or comma'),
  },
  {
    name: 'AIRFLOW_PASSWORD',
    group: airflow,
    doc: 'Password of AIRFLOW_USER.',
    default: '',
    fill: 'generated',
    secret: true,
    schema: z.union([z.literal(''), anyPassword]),
  },
  {
    name: 'AIRFLOW_JWT_SECRET',
    group: airflow,
    doc: 'Signs the tokens of users and tasks; only of an Airflow that shop-pipe runs.',
    default: '',
    fill: 'generated',
    bytes: 48,
    secret: true,
    schema: z.union([z.literal(''), password.min(64, 'must have at least 64 characters')]),
  },
  {
    name: 'AIRFLOW_FERNET_KEY',
    group: airflow,
    doc: 'Encrypts connections and variables in the database of Airflow: 32 bytes in url-safe base64; only of an Airflow that shop-pipe runs.',
    default: '',
    fill: 'fernet',
    secret: true,
    schema: z.union([
      z.literal(''),
      z.string().regex(/^[A-Za-z0-9_-]{43}=$/, 'must be 32 bytes in url-safe base64'),
    ]),
  },
  {
    name: 'AIRFLOW_DB_PASSWORD',
    group: airflow,
    doc: 'Password of `shop_airflow`, the role that owns the database of Airflow and sees nothing else.',
    default: '',
    fill: 'generated',
    secret: true,
    schema: optionalPassword,
  },
  {
    name: 'METABASE_URL',
    group: metabase,
    doc: 'Address of Metabase, its API and its web pages. One that shop-pipe does not run itself: put metabase into SHOP_PIPE_EXTERNAL too.',
    default: 'http://127.0.0.1:3000',
    fill: 'url',
    schema: url,
  },
  {
    name: 'METABASE_EMAIL',
    group: metabase,
    doc: 'Administrator that `metabase` commands log in as; the first user of an instance that has none.',
    default: 'admin@shop.example',
    schema: z.string().regex(/^[^\s@]+@[^\s@]+\.[^\s@]+$/, 'must be an e-mail address'),
  },
  {
    name: 'METABASE_PASSWORD',
    group: metabase,
    doc: 'Password of METABASE_EMAIL.',
    default: '',
    fill: 'generated',
    secret: true,
    schema: optionalPassword,
  },
  {
    name: 'METABASE_API_KEY',
    group: metabase,
    doc: 'Key of the group Administrators, taken instead of a log-in.',
    default: '',
    secret: true,
    schema: optionalPassword,
  },
  {
    name: 'METABASE_POSTGRES_HOST',
    group: metabase,
    doc: 'Host of the database as Metabase sees it, e.g. the name of a container. Empty: POSTGRES_HOST.',
    default: '',
    schema: z.string(),
  },
  {
    name: 'METABASE_POSTGRES_PORT',
    group: metabase,
    doc: 'Port of the database as Metabase sees it. Empty: POSTGRES_PORT.',
    default: '',
    schema: z.union([z.literal('').transform(() => null), port]),
  },
  {
    name: 'METABASE_JAR',
    group: metabase,
    doc: 'metabase.jar for `up metabase`; with it `up` starts Metabase too. Empty: the pinned release is downloaded when `up metabase` is called.',
    default: '',
    schema: z.string(),
  },
  {
    name: 'METABASE_JAR_SHA256',
    group: metabase,
    doc: 'SHA-256 that the jar has to have. Empty: not checked; of one that was downloaded it is printed.',
    default: '',
    schema: z.union([z.literal(''), z.string().regex(/^[0-9a-fA-F]{64}$/, 'must be 64 hex digits')]),
  },
  {
    name: 'METABASE_JAVA_HOME',
    group: metabase,
    doc: 'Java 21 or newer for Metabase, where JAVA_HOME is an older one for Spark. Empty: looked for.',
    default: '',
    schema: z.string(),
  },
  {
    name: 'METABASE_ENCRYPTION_KEY',
    group: metabase,
    doc: 'Encrypts passwords of connections in the database of Metabase; only of a Metabase that shop-pipe runs.',
    default: '',
    fill: 'generated',
    secret: true,
    schema: z.union([z.literal(''), password.min(16, 'must have at least 16 characters')]),
  },
  {
    name: 'METABASE_DB_PASSWORD',
    group: metabase,
    doc: 'Password of `shop_metabase`, the role that owns the database of Metabase and sees nothing else.',
    default: '',
    fill: 'generated',
    secret: true,
    schema: optionalPassword,
  },
  {
    name: 'SHOP_TIMEZONE',
    group: pipeline,
    doc: 'IANA time zone of the business day: what `--date`, a day and an hour mean.',
    default: 'America/Sao_Paulo',
    schema: z.string().refine(isTimezone, 'must be an IANA time zone such as America/Sao_Paulo or UTC'),
  },
  {
    name: 'SHOP_PIPE_RUNTIME',
    group: pipeline,
    doc: 'Who runs the engines: `native` (processes of this machine), `compose` (Docker) or `external` (they run already). Empty: chosen by the first `up`.',
    default: '',
    schema: z.enum(['', ...runtimes]),
  },
  {
    name: 'SHOP_PIPE_EXTERNAL',
    group: pipeline,
    doc: 'Engines that run elsewhere while shop-pipe runs the others: some of `postgres`, `kafka`, `airflow`, `metabase`, with commas. They are asked, never started or stopped.',
    default: '',
    schema: engineList,
  },
  {
    name: 'SHOP_PIPE_HOME',
    group: pipeline,
    doc: 'Folder for data, logs and pid files. Empty: `.shop-pipe` beside the `.env` file.',
    default: '',
    schema: z.string(),
  },
  {
    name: 'OLIST_PATH',
    group: pipeline,
    doc: 'Folder or zip of the Olist dataset. Empty: `npm start` makes a synthetic shop.',
    default: '',
    schema: z.string(),
  },
  {
    name: 'COMPOSE_PROJECT_NAME',
    group: docker,
    doc: 'Name of the containers, volumes and images; two clones on one machine need two.',
    default: 'shop-pipe',
    schema: z
      .string()
      .regex(/^[a-z0-9][a-z0-9_-]*$/, 'must be lower-case letters, digits, dashes and underscores'),
  },
  {
    name: 'COMPOSE_PROFILES',
    group: docker,
    doc: 'What runs besides, with commas: `bi` (Metabase), `demo` (a producer of order events).',
    default: '',
    schema: z.string().transform((list) => list.split(',').filter(Boolean)),
  },
  {
    name: 'AIRFLOW_PORT',
    group: docker,
    doc: 'Where `docker compose` publishes Airflow: the port of AIRFLOW_URL.',
    default: '8080',
    fill: 'portOf',
    of: 'AIRFLOW_URL',
    schema: port,
  },
  {
    name: 'METABASE_PORT',
    group: docker,
    doc: 'Where `docker compose` publishes Metabase: the port of METABASE_URL.',
    default: '3000',
    fill: 'portOf',
    of: 'METABASE_URL',
    schema: port,
  },
] as const satisfies readonly Variable[];

export type VariableName = (typeof variables)[number]['name'];
type SchemaOf<N extends VariableName> = Extract<(typeof variables)[number], { name: N }>['schema'];
export type Environment = { [N in VariableName]: z.output<SchemaOf<N>> };

/** `name` as a runtime, or null where it is none. */
export const asRuntime = (name: string): (typeof runtimes)[number] | null =>
  runtimes.find((runtime) => runtime === name) ?? null;
