import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Model, Reference } from '../../src/erd/model.ts';
import { nextPlace, type Placed } from '../../src/erd/pack.ts';
import { placePage } from '../../src/erd/place-page.ts';
import { sharedKeys } from '../../src/erd/shared-keys.ts';
import { svgOf } from '../../src/erd/svg.ts';
import { legendSize } from '../../src/erd/svg-legend.ts';
import { column, key, model, refers, table } from './sample.ts';

const overlap = (a: Placed, b: Placed): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

function expectApart(placed: readonly Placed[]): void {
  for (const [index, one] of placed.entries())
    for (const other of placed.slice(index + 1)) expect(overlap(one, other)).toBe(false);
}

const draw = async (drawn: Model): Promise<string> => svgOf(await placePage(drawn, legendSize));

describe('placing', () => {
  it('puts nothing over anything else, nor past the width where it could fit', () => {
    const size = fc.record({
      width: fc.integer({ min: 1, max: 90 }),
      height: fc.integer({ min: 1, max: 90 }),
    });
    fc.assert(
      fc.property(fc.array(size, { maxLength: 12 }), (sizes) => {
        const placed: Placed[] = [];
        for (const item of sizes) placed.push(nextPlace(placed, item, 100, { x: 3, y: 5 }));
        expectApart(placed);
        for (const { x, width } of placed) expect(x + width).toBeLessThanOrEqual(100);
      }),
    );
  });

  it('places tables that refer to each other in a ring, to themselves and by two columns at once', async () => {
    const tables = ['a', 'b', 'c'].map((name) =>
      table(`shop.${name}`, key('id'), column('next'), column('other'), column('self')),
    );
    const refer = (from: string, to: string, name: string): Reference => ({
      ...refers(from, to, name),
      keys: ['id'],
    });
    const page = await placePage(
      model(tables, [
        refer('shop.a', 'shop.b', 'next'),
        refer('shop.b', 'shop.c', 'next'),
        refer('shop.c', 'shop.a', 'next'),
        refer('shop.a', 'shop.b', 'other'),
        refer('shop.a', 'shop.a', 'self'),
      ]),
      legendSize,
    );
    const [panel] = page.panels;
    expect([panel?.drawing.boxes.length, panel?.drawing.lines.length]).toEqual([3, 5]);
    expectApart(panel?.drawing.boxes ?? []);
    expectApart([...page.panels, page.legend]);
  });

  it('does not care how many tables and schemas there are', async () => {
    const schemas = Array.from({ length: 7 }, (_, at) => ({
      name: `s${at}`,
      comment: 'one of many '.repeat(30),
      relations: Array.from({ length: 1 + 5 * at }, (_unused, n) => table(`s${at}.t${n}`, key('id'))),
    }));
    const page = await placePage({ schemas, references: [] }, legendSize);
    expectApart([...page.panels, page.legend]);
    for (const { drawing, width } of page.panels) {
      expectApart(drawing.boxes);
      expect(drawing.width).toBeLessThanOrEqual(width);
    }
  });
});

describe('the picture', () => {
  it('is the same each time, and has every name, escaped', async () => {
    const odd = table(
      'shop.a <b> & "c"',
      key('id'),
      column('x', { type: '"t<y>"', notNull: false, comment: 'why & how' }),
    );
    const svg = await draw(model([odd]));
    expect(svg).toContain('>a &lt;b&gt; &amp; &quot;c&quot;</text>');
    expect(svg).toContain('<title>why &amp; how</title>x</text>');
    expect(svg).toContain('>&quot;t&lt;y&gt;&quot;</text>');
    expect(await draw(model([odd]))).toBe(svg);
  });

  it('asks for nothing from outside', async () => {
    const svg = await draw(model([table('shop.a', key('id'))]));
    expect(svg.match(/https?:[^"]*/g)).toEqual(['http://www.w3.org/2000/svg']);
    expect(svg).not.toMatch(/<script|<image|url\(|@import/);
  });

  it('draws what is enforced solid, what is not dashed, with their ends', async () => {
    const tables = [table('shop.a', key('a_id')), table('shop.b', key('b_id'), column('a_id'))];
    const solid = refers('shop.b', 'shop.a', 'a_id');
    const own = (svg: string): string => svg.slice(0, svg.indexOf('of the primary key'));
    expect(own(await draw(model(tables, [solid])))).not.toContain('stroke-dasharray');
    expect(own(await draw(model(tables, [{ ...solid, enforced: false }])))).toContain('stroke-dasharray');
    const rings = (svg: string): number => own(svg).match(/<circle[^>]*r="3"/g)?.length ?? 0;
    expect(rings(await draw(model(tables, [solid])))).toBe(1);
    expect(rings(await draw(model(tables, [{ ...solid, optional: true }])))).toBe(2);
  });
});

describe('keys that tables share', () => {
  const found = (...relations: Parameters<typeof model>[0]): string[] =>
    sharedKeys(model(relations).schemas, []).map(({ from, to }) => `${from} -> ${to}`);

  it('are columns named as the only key of one other table', () => {
    const to = table('s.runs', key('run_id'));
    expect(found(to, table('s.days', key('day'), column('run_id')))).toEqual(['s.days -> s.runs']);
    expect(found(to, table('s.days', key('day'), column('run_id', { type: 'uuid' })))).toEqual([]);
    expect(found(to, table('s.days', key('run_id')))).toEqual([]);
    expect(found(to, table('s.more', key('run_id')), table('s.days', column('run_id')))).toEqual([]);
    expect(found(table('s.settings', key('name')), table('s.checks', column('name')))).toEqual([]);
    expect(found(table('s.pairs', key('run_id'), key('day')), table('s.days', column('run_id')))).toEqual([]);
  });

  it('are no keys that a constraint holds already', () => {
    const { schemas } = model([table('s.runs', key('run_id')), table('s.days', column('run_id'))]);
    expect(sharedKeys(schemas, [refers('s.days', 's.runs', 'run_id')])).toEqual([]);
  });
});
