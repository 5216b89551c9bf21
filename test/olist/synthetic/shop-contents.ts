import type { SyntheticShop } from '../../../src/olist/synthetic/shop.ts';
import { bytesOf, centsOf, instantOf, int4Of, rowsIn, uuidOf } from './binary-copy.ts';

export interface OrderLine {
  order: string;
  product: string;
  customer: string;
  quantity: number;
  cents: number;
  /** Seconds since 1970. */
  at: number;
  status: string;
}

/** A whole small shop, decoded from its bytes. */
export interface ShopContents {
  customers: Map<string, { name: string; email: string; createdAt: number }>;
  products: Map<string, { name: string; category: string; cents: number }>;
  lines: OrderLine[];
}

const cell = (row: readonly Buffer[], index: number): Buffer => {
  const field = row[index];
  if (!field) throw new Error(`a row of ${row.length} fields`);
  return field;
};

export async function contentsOf(shop: SyntheticShop): Promise<ShopContents> {
  const contents: ShopContents = { customers: new Map(), products: new Map(), lines: [] };
  for (const row of rowsIn(await bytesOf(shop.customers()))) {
    contents.customers.set(uuidOf(cell(row, 0)), {
      name: cell(row, 1).toString(),
      email: cell(row, 2).toString(),
      createdAt: instantOf(cell(row, 3)),
    });
  }
  for (const row of rowsIn(await bytesOf(shop.products()))) {
    contents.products.set(uuidOf(cell(row, 0)), {
      name: cell(row, 1).toString(),
      category: cell(row, 2).toString(),
      cents: centsOf(cell(row, 3)),
    });
  }
  for (const row of rowsIn(await bytesOf(shop.orders()))) {
    contents.lines.push({
      order: uuidOf(cell(row, 0)),
      product: uuidOf(cell(row, 1)),
      customer: uuidOf(cell(row, 2)),
      quantity: int4Of(cell(row, 3)),
      cents: centsOf(cell(row, 4)),
      at: instantOf(cell(row, 5)),
      status: cell(row, 6).toString(),
    });
  }
  return contents;
}

/** How often each key comes, or the sum of its items' weights. */
export function countBy<T, K>(
  items: Iterable<T>,
  key: (item: T) => K,
  weight: (item: T) => number = () => 1,
): Map<K, number> {
  const counts = new Map<K, number>();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + weight(item));
  return counts;
}
