import type { PgTarget } from '../postgres/target.ts';

/** A Metabase, ours or somebody else's, and who shop-pipe is there. */
export interface MetabaseTarget {
  /** Without a slash at its end; may have a path. */
  url: string;
  /** An administrator; the first one, where the instance has no user yet. */
  email: string;
  password: string;
  /** Taken instead of a log-in; empty where there is none. */
  apiKey: string;
}

/** What is to be shown: the shop's database as Metabase sees it, which may be under another name than here. */
export interface ShopSource {
  database: PgTarget;
  /** SHOP_TIMEZONE: what a question's parameter `timezone` is. */
  timezone: string;
}
