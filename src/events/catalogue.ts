import { createHash } from 'node:crypto';
import { dataError } from '../errors.ts';
import { inTransaction, withClient } from '../postgres/connection.ts';
import type { PgTarget } from '../postgres/target.ts';
import { drawCustomers, drawProducts } from './catalogue-rows.ts';

/** What orders are drawn on: plain data that can be posted to a worker. */
export interface Catalogue {
  /** Products with a price, by id. */
  products: readonly CatalogueProduct[];
  /** Customers by id, each as the JSON text of an event's `customer`. */
  customers: readonly string[];
  /** SHA-256 (hex) over all of that: names what a run's events depend on. */
  digest: string;
}

export interface CatalogueProduct {
  id: string;
  /** R$, two decimals. */
  price: string;
}

/** Most of each that is drawn: 100,000 customers take 25 MB. */
export interface CatalogueLimits {
  customers?: number | undefined;
  products?: number | undefined;
}

/**
 * Reads the first customers and products by id, whatever the size of the shop, as of one snapshot. Ids say nothing about
 * their rows, so the first are as good a sample as any, the index gives them, and the same shop gives the same ones.
 * Those whose values no event can carry (a price that is null, a name of 2,000 letters) are passed over.
 *
 * @throws ShopPipeError `shop_empty` where there is nobody to order or nothing to be ordered
 */
export async function drawCatalogue(target: PgTarget, limits: CatalogueLimits = {}): Promise<Catalogue> {
  const { customers: mostCustomers = 100_000, products: mostProducts = 100_000 } = limits;
  const [products, customers] = await withClient(
    target,
    (client) =>
      inTransaction(
        client,
        async () =>
          [await drawProducts(client, mostProducts), await drawCustomers(client, mostCustomers)] as const,
        'begin isolation level repeatable read read only',
      ),
    { name: 'produce' },
  );
  if (products.length === 0) throw emptyShop('product with a price', target);
  if (customers.length === 0) throw emptyShop('customer', target);
  return catalogueOf(products, customers);
}

/** The catalogue of rows that are there already. */
export function catalogueOf(products: readonly CatalogueProduct[], customers: readonly string[]): Catalogue {
  const hash = createHash('sha256');
  for (const { id, price } of products) hash.update(`${id}:${price}\n`);
  for (const customer of customers) hash.update(`${customer}\n`);
  return { products, customers, digest: hash.digest('hex') };
}

const emptyShop = (what: string, target: PgTarget) =>
  dataError('shop_empty', `no ${what} in database ${target.database}: nothing to draw orders from`, {
    suggestion: 'shop-pipe seed synthetic --orders 50000 --seed 1',
  });
