import { AliasTable } from './alias-table.ts';
import { linesPerOrder, statusShare, unitsPerLine } from './calibration.ts';
import type { Catalogue } from './catalogue.ts';
import type { Demand } from './demand.ts';
import type { Parameters } from './parameters.ts';
import { kinds, mix, Random } from './random.ts';
import { Timeline } from './timeline.ts';

/** The orders in the order of time, one after the other: the properties are those of the order that `next` came to. */
export class Orders {
  readonly id = new Int32Array(4);
  /** Seconds since 1970. */
  instant = 0;
  /** Index into `statusShare`. */
  status = 0;
  /** How many entries of `products` (index into the catalogue, each once) and `units` count. */
  lines = 0;
  readonly products = new Int32Array(Math.max(...linesPerOrder.map(([lines]) => lines)));
  readonly units = new Int32Array(this.products.length);
  private index = -1;
  private readonly seed: number;
  private readonly timeline: Timeline;
  private readonly catalogue: Catalogue;
  private readonly random: Random;
  private readonly lineShare = new AliasTable(linesPerOrder.map(([, orders]) => orders));
  private readonly lineCounts = linesPerOrder.map(([lines]) => lines);
  private readonly unitShare = new AliasTable(unitsPerLine.map(([, lines]) => lines));
  private readonly unitCounts = unitsPerLine.map(([units]) => units);
  private readonly statusShare = new AliasTable(statusShare.map(([, share]) => share));

  constructor(demand: Demand, catalogue: Catalogue, { seed }: Parameters) {
    this.seed = seed;
    this.timeline = new Timeline(demand, seed);
    this.catalogue = catalogue;
    this.random = new Random(seed, kinds.order);
  }

  /** Called once for each of them. */
  next(): void {
    const { catalogue, products } = this;
    this.instant = this.timeline.next();
    mix(this.seed, kinds.order, ++this.index, this.id);
    const random = this.random.from(this.id);
    this.status = this.statusShare.draw(random);
    this.lines = this.lineCounts[this.lineShare.draw(random)] as number;
    for (let line = 0; line < this.lines; line++) {
      let product = catalogue.sales.draw(random);
      // One order names a product once: how many of it is the quantity.
      while (isAmong(product, products, line)) product = catalogue.sales.draw(random);
      products[line] = product;
      this.units[line] = this.unitCounts[this.unitShare.draw(random)] as number;
    }
  }
}

function isAmong(value: number, values: Int32Array, count: number): boolean {
  for (let i = 0; i < count; i++) if (values[i] === value) return true;
  return false;
}
