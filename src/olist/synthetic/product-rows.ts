import { categories } from './calibration.ts';
import type { Catalogue } from './catalogue.ts';
import type { CopyWriter } from './copy-writer.ts';
import * as names from './names.ts';
import { kinds, mix, Random } from './random.ts';
import { RowStream } from './row-stream.ts';

/** product_id, name, category, price of every product on offer, sold or not. */
export class ProductRows extends RowStream {
  readonly of: number;
  private readonly catalogue: Catalogue;
  private readonly seed: number;
  private readonly random: Random;
  private readonly id = new Int32Array(4);
  private readonly categories = categories.map(({ name }) => Buffer.from(name));

  constructor(catalogue: Catalogue, seed: number) {
    super();
    this.of = catalogue.size;
    this.catalogue = catalogue;
    this.seed = seed;
    this.random = new Random(seed, kinds.product);
  }

  protected write(out: CopyWriter): void {
    const { catalogue, done: product, id } = this;
    mix(this.seed, kinds.product, product, id);
    const random = this.random.from(id);
    out.row(4);
    out.uuid(id);
    const name = out.beginText();
    out.append(names.pick(names.nouns, random));
    out.append(names.space);
    out.append(names.pick(names.adjectives, random));
    out.append(names.space);
    out.append(names.pick(names.materials, random));
    out.endText(name);
    out.text(this.categories[catalogue.category[product] as number] as Uint8Array);
    out.cents(catalogue.cents[product] as number);
    this.rows++;
  }
}
