/**
 * What a viewer's page is told, as it travels: the whole of it when it connects, later what changed. Shared with the page,
 * so nothing here needs Node.
 */
export interface LiveState {
  /** ISO 8601: when the database was last asked with success; null before. */
  asOf: string | null;
  /** SHOP_TIMEZONE, in which days, hours and times are. */
  timezone: string;
  /** What keeps the figures from being of this moment: told, and asked on. */
  notices: Notice[];
  /** By question: the figures that `shop-pipe report` shows. */
  figures: Partial<Record<FigureName, Figure>>;
  /** Per row of `top-products-today`: places gained in the last minute, below zero lost; null for one that is new among them. */
  moves: (number | null)[];
  /** The last minutes, oldest first. */
  rates: Rate[];
  health: Health | null;
}

/** Keys that are missing are as they were; `rate` is one more of `rates`. */
export type LiveChange = Partial<Omit<LiveState, 'rates'>> & { rate?: Rate };

export const figureNames = [
  'orders-per-hour',
  'cancellations',
  'top-products-today',
  'categories-today',
  'recent-orders',
  'revenue-today',
  'orders-per-category',
  'daily-revenue',
] as const;
export type FigureName = (typeof figureNames)[number];

export interface Figure {
  title: string;
  description: string;
  columns: string[];
  rows: (string | number | null)[][];
  window: { from: string; to: string } | null;
}

/** How many came in the span that ends at `at` (milliseconds since 1970), per second; null where nobody looked before. */
export interface Rate {
  at: number;
  orders: number | null;
  cancellations: number | null;
}

export interface Notice {
  code: string;
  /** `trouble`: figures are old; `warning`: they stand still; `hint`: there is nothing to see. */
  level: 'trouble' | 'warning' | 'hint';
  message: string;
  suggestion: string | null;
}

export interface Health {
  /** Null where no stream ever ran. */
  stream: StreamHealth | null;
  /** Messages that were ever produced to the topic, and those not read yet; null where Kafka is not reached. */
  produced: number | null;
  lag: number | null;
  etl: EtlHealth | null;
}

interface StreamHealth {
  state: 'starting' | 'running' | 'waiting' | 'stopped' | 'failed' | 'silent';
  /** Messages since the stream was made. */
  read: number;
  applied: number;
  rejected: number;
  /** Over the last minute; null without a batch in it. */
  events_per_s: number | null;
  p50_ms: number | null;
  p99_ms: number | null;
  /** ISO 8601. */
  last_batch_at: string | null;
}

interface EtlHealth {
  run_id: number;
  state: 'running' | 'succeeded' | 'failed' | 'abandoned';
  /** How many days it published; null for none. */
  days: number | null;
  /** ISO 8601. */
  started_at: string;
  finished_at: string | null;
}
