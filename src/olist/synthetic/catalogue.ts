import { AliasTable } from './alias-table.ts';
import { catalogueOrders, categories } from './calibration.ts';
import { priceAt } from './price-curve.ts';
import { kinds, Random } from './random.ts';

/** Zipf's exponent of popularity within a category; fitted so that the shop's best-selling products have Olist's shares of the order lines. */
const exponent = 0.78;

/** Share of a category's sales at either end of its prices, and the most that one product may have of them there. */
const endShare = 0.07;
const lightShare = 0.002;

/**
 * The products: category, price and popularity of each, 17 bytes a product. Twice the products for four times the
 * orders, and Olist's 32,951 at Olist's size: a bigger shop has more on offer, but sells more of each as well.
 */
export class Catalogue {
  readonly size: number;
  /** Index into `categories`, per product. */
  readonly category: Uint8Array;
  /** Unit price, per product. */
  readonly cents: Int32Array;
  /** Draws the product of an order line. */
  readonly sales: AliasTable;

  constructor(orders: number, seed: number) {
    const scale = Math.sqrt(orders / catalogueOrders);
    const counts = categories.map(({ products }) => Math.max(1, Math.round(products * scale)));
    this.size = counts.reduce((sum, count) => sum + count, 0);
    this.category = new Uint8Array(this.size);
    this.cents = new Int32Array(this.size);
    const weights = new Float64Array(this.size);
    const random = new Random(seed, kinds.price);
    let start = 0;
    categories.forEach((figures, index) => {
      const end = start + (counts[index] as number);
      this.category.fill(index, start, end);
      const own = weights.subarray(start, end);
      setPopularity(own, figures.share);
      // Each product gets the price where its share of the category's sales lies: however few products make most of
      // the sales, prices over units sold follow the curve.
      let sold = 0;
      for (const product of cheapestFirst(own, figures.share, random.at(index))) {
        const share = (own[product] as number) / figures.share;
        this.cents[start + product] = priceAt(figures, sold + share / 2, random);
        sold += share;
      }
      start = end;
    });
    this.sales = new AliasTable(weights);
  }
}

/** Zipf's law, best-selling product first; adds up to `total`. */
function setPopularity(weights: Float64Array, total: number): void {
  let sum = 0;
  for (let rank = 0; rank < weights.length; rank++) {
    const weight = Math.exp(-exponent * Math.log(rank + 1));
    weights[rank] = weight;
    sum += weight;
  }
  for (let rank = 0; rank < weights.length; rank++) weights[rank] = ((weights[rank] as number) / sum) * total;
}

/**
 * A random order, but for its ends: a best-selling product there would be the cheapest or the dearest percent alone, so
 * they are left to products that sell little.
 */
function cheapestFirst(weights: Float64Array, total: number, random: Random): number[] {
  const ends: [number[], number[]] = [[], []];
  const middle: number[] = [];
  const sold: [number, number] = [0, 0];
  for (const product of shuffled(weights.length, random)) {
    const share = (weights[product] as number) / total;
    const end = sold[0] <= sold[1] ? 0 : 1;
    if (share < lightShare && sold[end] < endShare) {
      ends[end].push(product);
      sold[end] += share;
    } else {
      middle.push(product);
    }
  }
  return [...ends[0], ...middle, ...ends[1]];
}

function shuffled(count: number, random: Random): Int32Array {
  const order = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const j = random.below(i + 1);
    order[i] = order[j] as number;
    order[j] = i;
  }
  return order;
}
