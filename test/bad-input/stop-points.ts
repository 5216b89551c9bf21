/** Where a test stops a run in the middle: at a statement that waits for a lock which the test holds. */
export interface StopPoint {
  at: string;
  /** SQL of a superuser that makes a trigger of the database wait for the lock. */
  trigger?: string;
  /** Or a lock that the run needs itself. */
  lock?: string;
  /** What is in the tables when the run is killed there. */
  left: 'nothing' | 'everything';
}

const key = 77;

/** Takes the lock in the caller's transaction: of a trigger's, or the run's own. */
export const holdAt = ({ lock }: StopPoint): string => lock ?? `select pg_advisory_xact_lock(${key})`;

/** At each command with `tag` for which `where` is true. */
export const stopAt = (
  event: 'ddl_command_start' | 'ddl_command_end',
  tag: string,
  where = 'true',
): string => `
  create function public.stop_here() returns event_trigger language plpgsql as $$
  begin
    if ${where} then perform pg_advisory_xact_lock(${key}); end if;
  end $$;
  create event trigger stop_here on ${event} when tag in ('${tag}') execute function public.stop_here()`;

export const createdIn = (schema: string): string =>
  `exists (select from pg_event_trigger_ddl_commands() where schema_name = '${schema}')`;

/** While a transaction that wrote into `table` commits. */
export const stopInCommit = (table: string): string => `
  create function public.stop_here() returns trigger language plpgsql as $$
  begin
    perform pg_advisory_xact_lock(${key});
    return null;
  end $$;
  create constraint trigger stop_here after insert or update on ${table} deferrable initially deferred
  for each row execute function public.stop_here()`;

/** Takes away what the two above made. */
export const dropTrigger = 'drop function if exists public.stop_here() cascade';
