import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MetabaseClient } from '../../src/metabase/client.ts';
import { declare } from '../../src/metabase/declared.ts';
import type { Opened } from '../../src/metabase/open.ts';
import type { MetabaseTarget } from '../../src/metabase/target.ts';
import { withClient } from '../../src/postgres/connection.ts';
import type { PgTarget } from '../../src/postgres/target.ts';
import type { Progress } from '../../src/progress.ts';
import { silent } from '../../src/progress.ts';
import { listQuestions } from '../../src/reports/catalogue.ts';
import type { TestDatabase } from '../support/postgres.ts';

export const questionsFolder = new URL('../../sql/questions', import.meta.url).pathname;
export const timezone = 'America/Sao_Paulo';
export const admin = { email: 'admin@shop.example', password: 'Sh0p-pipe-admin!9' };

export interface Setting {
  notes: string[];
  /** Metabase as a command opens it. */
  open(options?: {
    database?: PgTarget;
    target?: Partial<MetabaseTarget>;
    starting?: () => boolean;
    signal?: AbortSignal;
    timezone?: string;
  }): Promise<Opened>;
  close(): void;
}

/** @param url of the stand-in, as it is when asked for */
export function setting(url: () => string, bi: () => PgTarget): Setting {
  const home = mkdtempSync(join(tmpdir(), 'shop-pipe-metabase-'));
  const notes: string[] = [];
  const progress: Progress = { ...silent, warn: (m) => notes.push(m), note: (m) => notes.push(m) };
  return {
    notes,
    close: () => rmSync(home, { recursive: true, force: true }),
    async open({
      database,
      target = {},
      starting = () => false,
      signal = new AbortController().signal,
      timezone: zone = timezone,
    } = {}) {
      const whole: MetabaseTarget = { url: url(), ...admin, apiKey: '', ...target };
      return {
        client: new MetabaseClient({ url: whole.url, progress, signal, starting }),
        target: whole,
        declared: declare(
          { database: database ?? bi(), timezone: zone },
          await listQuestions(questionsFolder),
        ),
        home,
      };
    },
  };
}

/** A shop with orders of the last days, curated and live, so that every card has rows: one is sold at this moment, whatever the hour. */
export async function fillShop(database: TestDatabase): Promise<void> {
  await withClient(database.owner, (client) =>
    client.query(`
      insert into shop.customers (customer_id, name, email, created_at) values (md5('c')::uuid, 'Ana', 'ana@example.com', now());
      insert into shop.products (product_id, name, category, price)
      select md5('p' || n)::uuid, 'Produto ' || n, 'category ' || n % 3, 10 from generate_series(1, 9) as n;
      insert into shop.orders (order_id, product_id, customer_id, quantity, price, order_timestamp, status, version, status_at)
      select md5('o' || n)::uuid, md5('p' || 1 + n % 9)::uuid, md5('c')::uuid, 1 + n % 3, 10.5, now() - n * interval '20 minutes',
        case n % 5 when 4 then 'canceled' else 'shipped' end, 2, now() - n * interval '19 minutes'
      from generate_series(0, 1500) as n;
      select live.rebuild('${timezone}');
      insert into curated.dim_products select product_id, name, category, price, 0, 0, 0 from shop.products;
      with lines as (
        select *, ops.business_day(order_timestamp, '${timezone}') as order_date, status <> 'canceled' as is_sale
        from shop.orders join shop.products using (product_id)
      ),
      daily as (
        insert into curated.daily_sales
        select order_date, count(distinct order_id), count(*) filter (where not is_sale), 0,
          coalesce(sum(quantity) filter (where is_sale), 0), coalesce(sum(quantity * lines.price) filter (where is_sale), 0)
        from (select order_id, order_date, quantity, is_sale, 10.5 as price from lines) as lines group by 1
      ),
      products as (
        insert into curated.daily_product_sales
        select order_date, product_id, count(distinct order_id), coalesce(sum(quantity) filter (where is_sale), 0),
          coalesce(sum(quantity * 10.5) filter (where is_sale), 0)
        from (select order_date, product_id, order_id, quantity, is_sale from lines) as lines group by 1, 2
      )
      insert into curated.daily_category_sales
      select order_date, category, count(distinct order_id), coalesce(sum(quantity) filter (where is_sale), 0),
        coalesce(sum(quantity * 10.5) filter (where is_sale), 0)
      from (select order_date, category, order_id, quantity, is_sale from lines) as lines group by 1, 2`),
  );
}
