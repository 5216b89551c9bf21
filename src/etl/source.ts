import { dataError } from '../errors.ts';
import type { PgTarget } from '../postgres/target.ts';
import { readBooks } from './read-books.ts';

/** What there is of one business day before a run: a day with neither source nor curated lines needs none. */
export interface DaySource {
  date: string;
  /** Order lines in shop.orders. */
  source_lines: number;
  source_orders: number;
  /** Order lines in curated.fact_orders. */
  curated_lines: number;
  /** Whether the day is in the books of the batch, be it as an empty day. */
  curated: boolean;
}

/** @throws ShopPipeError `timezone_changed` where the curated days are those of another zone; and as `readBooks`. */
export function readSource(owner: PgTarget, timezone: string, date: string): Promise<DaySource> {
  return readBooks(owner, 'etl source', async (client) => {
    const { rows } = await client.query<Record<string, string> & { curated: boolean; zone: string | null }>(
      `select
        count(*) as source_lines,
        count(distinct order_id) as source_orders,
        (select count(*) from curated.fact_orders where order_date = $1::date) as curated_lines,
        exists (select from ops.curated_days where order_date = $1::date) as curated,
        (
          select value #>> '{}' from ops.settings
          where name = 'timezone' and exists (select from ops.curated_days)
        ) as zone
      from shop.orders
      where order_timestamp >= ops.day_start($1::date, $2)
        and order_timestamp < ops.day_start($1::date + 1, $2)`,
      [date, timezone],
    );
    const [row] = rows;
    // The batch refuses it as well; here nobody has waited for Spark yet.
    if (row?.zone != null && row.zone !== timezone) {
      throw dataError('timezone_changed', `the curated days are days in ${row.zone}, not in ${timezone}`, {
        suggestion: `shop-pipe etl run --full (rebuilds everything), or set SHOP_TIMEZONE=${row.zone}`,
      });
    }
    return {
      date,
      source_lines: Number(row?.['source_lines']),
      source_orders: Number(row?.['source_orders']),
      curated_lines: Number(row?.['curated_lines']),
      curated: row?.curated ?? false,
    };
  });
}
