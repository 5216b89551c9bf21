import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawErd, type Picture } from '../../src/erd/draw.ts';
import { writePicture } from '../../src/erd/files.ts';
import { withClient } from '../../src/postgres/connection.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';

const root = resolve(import.meta.dirname, '../..');
const packages = join(root, 'package.json');

describe('erd', () => {
  let database: TestDatabase;
  let picture: Picture;
  const folder = mkdtempSync(join(tmpdir(), 'shop-pipe-erd-'));

  beforeAll(async () => {
    database = await testDatabase();
    picture = await drawErd(database.bi, packages);
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await database.drop();
  });

  const sql = (text: string): Promise<unknown> => withClient(database.owner, (client) => client.query(text));

  it('docs/erd.svg is the picture of the migrated database (else: npm run docs)', () => {
    expect(readFileSync(join(root, 'docs', 'erd.svg'), 'utf8')).toBe(picture.svg);
  });

  it('draws each table of the four schemas, with keys and references', () => {
    const { schemas, references } = picture.model;
    expect(schemas.map(({ name }) => name)).toEqual(['shop', 'curated', 'live', 'ops']);
    const relations = schemas.flatMap((schema) => schema.relations);
    const orders = relations.find(({ id }) => id === 'shop.orders');
    expect(orders?.columns.slice(0, 4)).toMatchObject([
      { name: 'order_id', type: 'uuid', notNull: true, primary: true, foreign: false },
      { name: 'product_id', type: 'uuid', notNull: true, primary: true, foreign: true },
      { name: 'customer_id', type: 'uuid', notNull: true, primary: false, foreign: true },
      { name: 'quantity', type: 'integer', notNull: true, primary: false, foreign: false },
    ]);
    expect(orders?.columns.at(-1)).toMatchObject({ name: 'status_at', type: 'timestamptz', notNull: false });
    expect(relations.find(({ id }) => id === 'curated.fact_orders')?.partitioned).toBe('range (order_date)');
    expect(references).toContainEqual({
      from: 'shop.orders',
      columns: ['customer_id'],
      to: 'shop.customers',
      keys: ['customer_id'],
      enforced: true,
      single: false,
      optional: false,
    });
    for (const { name, columns } of relations)
      for (const text of [name, ...columns.map((column) => column.name)])
        expect(picture.svg).toContain(`>${text}</text>`);
  });

  it('is the same of a database at work: partitions and staging are no part of it', async () => {
    await sql(`
      select curated.ensure_partitions('2018-01-01', '2018-06-30');
      create table etl_stage.fact_orders_r1 (order_id uuid);
      insert into shop.products values (gen_random_uuid(), 'a', 'b', 1)`);
    expect((await drawErd(database.bi, packages)).svg).toBe(picture.svg);
  });

  it('knows one to one, what may be missing, and keys of several columns', async () => {
    await sql(`
      create schema extra;
      grant usage on schema extra to shop_bi;
      create table extra.parents (a integer, b integer, primary key (a, b));
      create table extra.children (
        a integer, b integer, "self ""&" integer primary key, twin integer references extra.children,
        foreign key (a, b) references extra.parents, unique (b, a)
      );
      create materialized view extra.seen as select 1::double precision as half`);
    const { model, svg } = await drawErd(database.bi, packages);
    expect(model.schemas.at(-1)).toMatchObject({ name: 'extra', relations: [{}, {}, { kind: 'view' }] });
    expect(model.references.filter(({ to }) => to.startsWith('extra.'))).toEqual([
      expect.objectContaining({ columns: ['a', 'b'], keys: ['a', 'b'], single: true, optional: true }),
      expect.objectContaining({ columns: ['twin'], keys: ['self "&'], single: false, optional: true }),
    ]);
    expect(svg).toContain('>self &quot;&amp;</text>');
    await sql('drop schema extra cascade');
  });

  it('writes what changed, and with check nothing', () => {
    const out = join(folder, 'out');
    const states = (check: boolean): boolean[] =>
      writePicture(picture, out, check).files.map(({ changed }) => changed);
    expect([states(true), existsSync(out)]).toEqual([[true, true], false]);
    expect([states(false), states(false), states(true)]).toEqual([
      [true, true],
      [false, false],
      [false, false],
    ]);
    writeFileSync(join(out, 'erd.svg'), 'another');
    expect([states(true), states(false)]).toEqual([
      [true, false],
      [true, false],
    ]);
    expect(readdirSync(out).sort()).toEqual(['erd.png', 'erd.svg']);
  });

  it('says where it cannot write', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const refused = expect.objectContaining({ kind: 'environment', code: 'erd_unwritable' });
    for (const place of [file, join(file, 'below'), join(folder, 'not', 'there'), '/proc/erd'])
      expect(() => writePicture(picture, place, false), place).toThrow(refused);
    expect(readFileSync(file, 'utf8')).toBe('');
  });

  it('has nothing to draw before the first migration', async () => {
    const empty = await testDatabase({ migrated: false });
    await expect(drawErd(empty.bi, packages)).rejects.toMatchObject({
      code: 'not_migrated',
      suggestion: 'shop-pipe migrate up',
    });
    await empty.drop();
  });
});
