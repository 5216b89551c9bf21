import type pg from 'pg';
import { type OlistFileName, stageTableOf } from './olist-files.ts';
import { insertCustomers, insertOrders, insertProducts } from './olist-insert.ts';
import { collectRefused, olistKeys, refusals, refuseRepeated } from './olist-refuse.ts';
import type { StagedFile } from './olist-stage.ts';
import { typedTables } from './olist-typed.ts';
import type { ShopRows, ShopTables } from './shop-source.ts';

/** From staged text to rows of `into` and to `seed_rejects`: every record ends in one of the two. */
export async function fillFromOlist(
  client: pg.Client,
  staged: readonly StagedFile[],
  into: ShopTables,
): Promise<ShopRows> {
  for (const statement of typedTables) await client.query(statement);
  for (const [name, { typed, key }] of Object.entries(olistKeys)) {
    await client.query(refuseRepeated(typed, key, stageOf(name as OlistFileName)));
  }
  for (const statement of refusals) await client.query(statement);
  for (const { name, columns } of staged) {
    await client.query(collectRefused(name, olistKeys[name].typed, stageOf(name), columns));
  }
  return insertRows(client, into);
}

const stageOf = (name: OlistFileName): string => `seed_stage.${stageTableOf(name)}`;

/** Rows of `into`, from the typed tables, people and lines. */
export async function insertRows(client: pg.Client, into: ShopTables): Promise<ShopRows> {
  const { firstNames, lastNames, productAdjectives, productMaterials, productNouns, slugOf } = await import(
    './pools.ts'
  );
  const customers = await client.query(
    insertCustomers(into, { first: firstNames.length, last: lastNames.length }),
    [firstNames, firstNames.map(slugOf), lastNames],
  );
  const products = await client.query(
    insertProducts(into, {
      nouns: productNouns.length,
      adjectives: productAdjectives.length,
      materials: productMaterials.length,
    }),
    [productNouns, productAdjectives, productMaterials],
  );
  const orders = await client.query(insertOrders(into));
  return {
    customers: customers.rowCount ?? 0,
    products: products.rowCount ?? 0,
    orders: orders.rowCount ?? 0,
  };
}
