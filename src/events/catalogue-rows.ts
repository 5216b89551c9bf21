import type pg from 'pg';
import type { CatalogueProduct } from './catalogue.ts';
import { longest } from './schema.ts';

const page = 10_000;

export async function drawProducts(client: pg.Client, most: number): Promise<CatalogueProduct[]> {
  const drawn: CatalogueProduct[] = [];
  const sql = `
    select product_id, price
    from shop.products
    where price is not null
    order by product_id
    limit $1`;
  await eachRow(client, sql, [most], ([id, price]) => drawn.push({ id, price }));
  return drawn;
}

/** Each customer as JSON. */
export async function drawCustomers(client: pg.Client, most: number): Promise<string[]> {
  const drawn: string[] = [];
  const sql = `
    select customer_id, name, email, to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
    from shop.customers
    where char_length(name) between 1 and $2 and char_length(email) between 1 and $3
      and created_at >= '1900-01-01 00:00:00+00' and created_at < '3000-01-01 00:00:00+00'
    order by customer_id
    limit $1`;
  await eachRow(client, sql, [most, longest.name, longest.email], ([id, name, email, created_at]) =>
    drawn.push(JSON.stringify({ id, name, email, created_at })),
  );
  return drawn;
}

type Row = [string, string, string, string];

/** Through a cursor: 100,000 rows at once would be 60 MB that Node keeps. */
async function eachRow(
  client: pg.Client,
  sql: string,
  values: readonly number[],
  take: (row: Row) => void,
): Promise<void> {
  await client.query(`declare catalogue_rows no scroll cursor for ${sql}`, [...values]);
  let fetched: number;
  do {
    const { rows } = await client.query<Row>({ text: `fetch ${page} from catalogue_rows`, rowMode: 'array' });
    for (const row of rows) take(row);
    fetched = rows.length;
  } while (fetched === page);
  await client.query('close catalogue_rows');
}
