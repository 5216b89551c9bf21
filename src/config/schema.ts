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
  /** `generated`: `init` writes a random value. `port`: `init` writes a free port near the default. */
  fill?: 'generated' | 'port';
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

const postgres = 'PostgreSQL';
const pipeline = 'The pipeline';

export const variables = [
  {
    name: 'POSTGRES_HOST',
    group: postgres,
    doc: 'Host of the database. Another host than this machine is a managed database: set SHOP_PIPE_RUNTIME=external too.',
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
    doc: 'Password of the bootstrap superuser `postgres`, which makes the roles and the database and nothing else.',
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
    name: 'SPARK_MASTER',
    group: 'Spark',
    doc: 'Where Spark jobs run: `local[*]`, `spark://host:7077`, `k8s://…`.',
    default: 'local[*]',
    schema: word,
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
    schema: z.enum(['', 'native', 'compose', 'external']),
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
] as const satisfies readonly Variable[];

export type VariableName = (typeof variables)[number]['name'];
type SchemaOf<N extends VariableName> = Extract<(typeof variables)[number], { name: N }>['schema'];
export type Environment = { [N in VariableName]: z.output<SchemaOf<N>> };
