import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { barChart } from '../../src/reports/bar-chart.ts';
import { renderChart } from '../../src/reports/chart.ts';
import { formatTick } from '../../src/reports/format-cell.ts';
import { parseQuestion } from '../../src/reports/parse.ts';
import type { Cell, ReportResult } from '../../src/reports/run.ts';
import type { ChartStyle } from '../../src/reports/style.ts';
import { displayWidth } from '../../src/reports/text-width.ts';
import { timeChart } from '../../src/reports/time-chart.ts';

const style = (width: number, rest: Partial<ChartStyle> = {}): ChartStyle => ({
  width,
  colour: false,
  unicode: true,
  ...rest,
});

const daily = parseQuestion(
  'daily-revenue',
  `-- title: Daily sales revenue
-- description: Revenue per day.
-- display: line
-- x: day
-- y: revenue
-- column day: Day | date
-- column revenue: Revenue | R$
-- parameter category?: text | Category
select 1 [[ + :category]]`,
);
const hourly = parseQuestion(
  'orders-per-hour',
  `-- title: Orders per hour
-- description: Orders.
-- display: bar
-- x: hour
-- y: orders
-- column hour: Hour | hour
-- column orders: Orders | integer
select 1`,
);
const ranking = parseQuestion(
  'top-products',
  `-- title: Top products by sales
-- description: Products.
-- display: row
-- x: product
-- y: revenue
-- column product: Product | text
-- column units: Units | integer
-- column revenue: Revenue | R$
select 1`,
);

const day = (start: string, n: number): string =>
  new Date(Date.parse(`${start}T00:00:00Z`) + n * 86_400_000).toISOString().slice(0, 10);

function ofDays(revenues: string[], start = '2018-08-01', parameters = {}): ReportResult {
  const rows: Cell[][] = revenues.map((revenue, n) => [day(start, n), revenue]);
  return {
    question: daily.name,
    title: daily.title,
    parameters,
    columns: [
      { name: 'day', type: 'date' },
      { name: 'revenue', type: 'decimal' },
    ],
    rows,
    window: { from: start, to: day(start, Math.max(0, revenues.length - 1)) },
  };
}

function ofHours(orders: number[], start = '2018-08-06T20:00:00Z'): ReportResult {
  const at = (n: number): string =>
    new Date(Date.parse(start) + n * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
  return {
    question: hourly.name,
    title: hourly.title,
    parameters: {},
    columns: [
      { name: 'hour', type: 'timestamp' },
      { name: 'orders', type: 'integer' },
    ],
    rows: orders.map((value, n) => [at(n), value]),
    window: { from: at(0), to: at(orders.length - 1) },
  };
}

function ofProducts(rows: Cell[][]): ReportResult {
  return {
    question: ranking.name,
    title: ranking.title,
    parameters: {},
    columns: [
      { name: 'product', type: 'text' },
      { name: 'units', type: 'integer' },
      { name: 'revenue', type: 'decimal' },
    ],
    rows,
    window: { from: '2018-08-01', to: '2018-08-30' },
  };
}

const month = Array.from({ length: 30 }, (_, n) => (20_000 + 15_000 * Math.sin(n / 3) + 400 * n).toFixed(2));
const products: Cell[][] = [
  ['Cadeira Gamer Ergonômica Reclinável com Apoio', 12, '10799.88'],
  ['Maçã do Amor', 3, '5400.00'],
  ['日本の本棚', 2, '1234.50'],
  ['Caneta\u001b[2J', 1, '0.10'],
  ['Grátis', 1, '0.00'],
];

describe('a chart of days', () => {
  test('is 60 columns wide', () => {
    expect(`\n${renderChart(daily, ofDays(month), style(60))}\n`).toMatchInlineSnapshot(`
      "
      Daily sales revenue
      Revenue per day · 2018-08-01 to 2018-08-30

      R$ 60k ┤
             │
             │                      ▂▅▅▄▁
      R$ 40k ┤   ▁▃▄▃              ▆█████▄
             │  ▄█████▄          ▂████████▇▂
             │ ▆███████▇▁       ▄███████████
      R$ 20k ┤███████████▄    ▁▆████████████
             │█████████████▆▅▆██████████████
             │██████████████████████████████
           0 ┼┬─────────┬─────────┬─────────
              1 Aug     11 Aug    21 Aug

      total R$ 860,070.69 · highest R$ 44,440.37 on 2018-08-25
      "
    `);
  });
  test('is 120 columns wide', () => {
    expect(`\n${renderChart(daily, ofDays(month), style(120))}\n`).toMatchInlineSnapshot(`
      "
      Daily sales revenue
      Revenue per day · 2018-08-01 to 2018-08-30

      R$ 60k ┤
             │
             │                                                                  ▂▂ ▅▅ ▅▅ ▄▄ ▁▁
      R$ 40k ┤         ▁▁ ▃▃ ▄▄ ▃▃                                           ▆▆ ██ ██ ██ ██ ██ ▄▄
             │      ▄▄ ██ ██ ██ ██ ██ ▄▄                               ▂▂ ██ ██ ██ ██ ██ ██ ██ ██ ▇▇ ▂▂
             │   ▆▆ ██ ██ ██ ██ ██ ██ ██ ▇▇ ▁▁                      ▄▄ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██
      R$ 20k ┤██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ▄▄             ▁▁ ▆▆ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██
             │██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ▆▆ ▅▅ ▆▆ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██
             │██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██ ██
           0 ┼┬──────────────┬──────────────┬──────────────┬──────────────┬──────────────┬──────────────
              1 Aug          6 Aug          11 Aug         16 Aug         21 Aug         26 Aug

      total R$ 860,070.69 · highest R$ 44,440.37 on 2018-08-25
      "
    `);
  });
  test('is drawn in ASCII', () => {
    expect(`\n${renderChart(daily, ofDays(month), style(80, { unicode: false }))}\n`).toMatchInlineSnapshot(`
      "
      Daily sales revenue
      Revenue per day - 2018-08-01 to 2018-08-30

      R$ 60k +
             |
             |                                              ####
      R$ 40k +          ##                              ##############
             |    ##############                      ##################
             |  ##################                  ######################
      R$ 20k +########################          ##########################
             |############################################################
             |############################################################
           0 ++---------+---------+---------+---------+---------+---------
              1 Aug     6 Aug     11 Aug    16 Aug    21 Aug    26 Aug

      total R$ 860,070.69 - highest R$ 44,440.37 on 2018-08-25
      "
    `);
  });
  test('takes means where there are more days than columns, and says so', () => {
    const year = Array.from({ length: 400 }, (_, n) => String(n));
    expect(`\n${renderChart(daily, ofDays(year, '2017-06-01'), style(60))}\n`).toMatchInlineSnapshot(`
      "
      Daily sales revenue
      Revenue per day
      2017-06-01 to 2018-07-05
      a column is the mean of 8 days

      R$ 400 ┤                                              ▁▃▅▇
             │                                          ▁▃▅▇████
             │                                      ▂▄▆█████████
      R$ 300 ┤                                  ▂▄▆█████████████
             │                             ▁▂▄▆█████████████████
             │                         ▁▃▅▇█████████████████████
      R$ 200 ┤                     ▁▃▅▇█████████████████████████
             │                 ▁▃▅▇█████████████████████████████
             │             ▂▄▆██████████████████████████████████
      R$ 100 ┤         ▂▄▆██████████████████████████████████████
             │    ▁▂▄▆██████████████████████████████████████████
             │▁▃▅▇██████████████████████████████████████████████
           0 ┼┬─────────────┬─────────────┬─────────────┬───────
              1 Jun 2017    21 Sep 2017   11 Jan 2018   3 May 2018

      total R$ 79,800 · highest R$ 399 on 2018-07-05
      "
    `);
  });
  test('is a line of sparks where it is narrow', () => {
    expect(`\n${renderChart(daily, ofDays(month), style(28))}\n`).toMatchInlineSnapshot(`
      "
      Daily sales revenue
      Revenue per day
      2018-08-01 to 2018-08-30
      a column is the mean of 2 d…

      ▄▆▇▆▅▃▂▂▃▅▇██▇▆

      total R$ 860,070.69
      highest R$ 44,440.37 on 201…
      "
    `);
    expect(`\n${renderChart(daily, ofDays(month), style(28, { unicode: false }))}\n`).toMatchInlineSnapshot(`
      "
      Daily sales revenue
      Revenue per day
      2018-08-01 to 2018-08-30
      a column is the mean of 2...

      =+**=-::-=*##*+

      total R$ 860,070.69
      highest R$ 44,440.37 on 2...
      "
    `);
  });
  test('has one day', () => {
    expect(`\n${renderChart(daily, ofDays(['0.01']), style(60))}\n`).toMatchInlineSnapshot(`
      "
      Daily sales revenue
      Revenue per day · 2018-08-01

        R$ 0.01 ┤███████
                │███████
                │███████
      R$ 0.0075 ┤███████
                │███████
                │███████
       R$ 0.005 ┤███████
                │███████
                │███████
      R$ 0.0025 ┤███████
                │███████
                │███████
              0 ┼┬───────
                 1 Aug

      total R$ 0.01 · highest R$ 0.01 on 2018-08-01
      "
    `);
  });
  test('has nothing but zeros', () => {
    expect(`\n${renderChart(daily, ofDays(['0.00', '0.00', '0.00']), style(60))}\n`).toMatchInlineSnapshot(`
      "
      Daily sales revenue
      Revenue per day · 2018-08-01 to 2018-08-03

      R$ 1 ┤
           │
           │
           │
           │
           │
           │
           │
           │
           │
         0 ┼┬───────┬───────┬───────
            1 Aug   2 Aug   3 Aug

      total R$ 0.00 · highest R$ 0.00 on 2018-08-01
      "
    `);
  });
  test('shows figures below zero below zero', () => {
    expect(
      `\n${renderChart(daily, ofDays(['120.00', '-75.50', '-10.00', '60.00']), style(60))}\n`,
    ).toMatchInlineSnapshot(`
      "
      Daily sales revenue
      Revenue per day · 2018-08-01 to 2018-08-04

       R$ 200 ┤
              │
              │▅▅▅▅▅▅▅
       R$ 100 ┤███████
              │███████                 ▆▆▆▆▆▆▆
              │███████                 ███████
            0 ┼┬───────┬───────┬───────┬───────
              │        ███████ ▀▀▀▀▀▀▀
              │        ███████
      -R$ 100 ┤        ▀▀▀▀▀▀▀
               1 Aug   2 Aug   3 Aug   4 Aug

      total R$ 94.50 · highest R$ 120.00 on 2018-08-01
      "
    `);
  });
  test('holds huge figures, and adds them up exactly', () => {
    const chart = renderChart(daily, ofDays(['90071992547409930001.01', '1.01']), style(80));
    expect(chart).toContain('total R$ 90,071,992,547,409,930,002.02');
    expect(chart).toContain('R$ 1e20 ┤');
  });
  test('names what it was narrowed down to', () => {
    const chart = renderChart(daily, ofDays(month, '2018-08-01', { category: 'baby' }), style(80));
    expect(chart.split('\n')[1]).toBe('Revenue per day · category baby · 2018-08-01 to 2018-08-30');
  });
  test('is coloured where that is wanted, and the same without the colours', () => {
    const coloured = renderChart(daily, ofDays(month), style(80, { colour: true }));
    expect(coloured).toContain('\u001b[36m');
    expect(stripVTControlCharacters(coloured)).toBe(renderChart(daily, ofDays(month), style(80)));
  });
});

describe('a chart of hours', () => {
  const orders = Array.from({ length: 48 }, (_, n) => Math.max(0, Math.round(9 * Math.sin((n - 4) / 3.8))));
  test('marks days and round hours', () => {
    expect(`\n${renderChart(hourly, ofHours(orders), style(80))}\n`).toMatchInlineSnapshot(`
      "
      Orders per hour
      2018-08-06 20:00 to 2018-08-08 19:00

      10 ┤
         │         ███                     ███
         │        █████                   █████
         │        █████                  ██████
         │       ███████                 ███████
       5 ┤      ████████                ████████
         │      █████████               █████████
         │      █████████              ██████████
         │     ███████████             ███████████
         │     ███████████             ███████████
       0 ┼────┬───────────┬───────────┬───────────┬───────
              7 Aug       12:00       8 Aug       12:00

      total 138 · highest 9 on 2018-08-07 05:00
      "
    `);
  });
  test('marks days only where hours do not fit', () => {
    const week = Array.from({ length: 200 }, (_, n) => n % 24);
    expect(`\n${renderChart(hourly, ofHours(week), style(60))}\n`).toMatchInlineSnapshot(`
      "
      Orders per hour
      2018-08-06 20:00 to 2018-08-15 03:00
      a column is the mean of 4 hours

      30 ┤
         │
         │     ▄     ▄     ▄     ▄     ▄     ▄     ▄     ▄
      20 ┤    ▂█    ▂█    ▂█    ▂█    ▂█    ▂█    ▂█    ▂█
         │    ██    ██    ██    ██    ██    ██    ██    ██
         │   ███   ███   ███   ███   ███   ███   ███   ███
      10 ┤  ▇███  ▇███  ▇███  ▇███  ▇███  ▇███  ▇███  ▇███
         │ ▅████ ▅████ ▅████ ▅████ ▅████ ▅████ ▅████ ▅████ ▅
         │▄█████▄█████▄█████▄█████▄█████▄█████▄█████▄█████▄█
       0 ┼─┬───────────┬───────────┬───────────┬───────────┬
           7 Aug       9 Aug       11 Aug      13 Aug      15 Aug

      total 2,236 · highest 23 on 2018-08-07 19:00
      "
    `);
  });
});

describe('a ranking', () => {
  test('is 60 columns wide', () => {
    expect(`\n${renderChart(ranking, ofProducts(products), style(60))}\n`).toMatchInlineSnapshot(`
      "
      Top products by sales
      Revenue · 2018-08-01 to 2018-08-30

      Cadeira Gamer Ergo…  R$ 10,799.88 │█████████████████████████
      Maçã do Amor          R$ 5,400.00 │████████████▌
      日本の本棚            R$ 1,234.50 │██▉
      Caneta [2J                R$ 0.10 │▏
      Grátis                    R$ 0.00 │
                                        └──────────────────────┬──
                                        0                   R$ 10k
      "
    `);
  });
  test('is 100 columns wide', () => {
    expect(`\n${renderChart(ranking, ofProducts(products), style(100))}\n`).toMatchInlineSnapshot(`
      "
      Top products by sales
      Revenue · 2018-08-01 to 2018-08-30

      Cadeira Gamer Ergonômica Reclináve…  R$ 10,799.88 │█████████████████████████████████████████████████
      Maçã do Amor                          R$ 5,400.00 │████████████████████████▌
      日本の本棚                            R$ 1,234.50 │█████▋
      Caneta [2J                                R$ 0.10 │▏
      Grátis                                    R$ 0.00 │
                                                        └──────────────────────┬─────────────────────┬────
                                                        0                    R$ 5k                 R$ 10k
      "
    `);
  });
  test('is drawn in ASCII', () => {
    expect(
      `\n${renderChart(ranking, ofProducts(products), style(80, { unicode: false }))}\n`,
    ).toMatchInlineSnapshot(`
      "
      Top products by sales
      Revenue - 2018-08-01 to 2018-08-30

      Cadeira Gamer Ergonômica...  R$ 10,799.88 |#####################################
      Maçã do Amor                  R$ 5,400.00 |###################
      日本の本棚                    R$ 1,234.50 |####
      Caneta [2J                        R$ 0.10 |#
      Grátis                            R$ 0.00 |
                                                +----------------+----------------+---
                                                0              R$ 5k            R$ 10k
      "
    `);
  });
  test('has one bar, of zero', () => {
    expect(
      `\n${renderChart(ranking, ofProducts([['Grátis', 1, '0.00']]), style(60))}\n`,
    ).toMatchInlineSnapshot(`
      "
      Top products by sales
      Revenue · 2018-08-01 to 2018-08-30

      Grátis  R$ 0.00 │
                      └──────────────────────────────────────────┬
                      0                                       R$ 1
      "
    `);
  });
  test('shows figures below zero to the left', () => {
    const rows: Cell[][] = [
      ['Venda', 1, '30.00'],
      ['Estorno', 1, '-12.00'],
      ['Troca', 1, '-0.50'],
    ];
    expect(`\n${renderChart(ranking, ofProducts(rows), style(60))}\n`).toMatchInlineSnapshot(`
      "
      Top products by sales
      Revenue · 2018-08-01 to 2018-08-30

      Venda     R$ 30.00            │████████████████████████████▋
      Estorno  -R$ 12.00 ███████████│
      Troca     -R$ 0.50           ▐│
                         ───────────┼──────────────────┬──────────
                                    0                R$ 20
      "
    `);
  });
  test('tells the rest of many in a line', () => {
    const rows: Cell[][] = Array.from({ length: 30 }, (_, n) => [`Produto ${n}`, 1, `${30 - n}.10`]);
    const lines = renderChart(ranking, ofProducts(rows), style(80)).split('\n');
    expect(lines.at(-1)).toBe('and 5 more with R$ 15.50 together (--format table has them)');
    expect(lines.filter((line) => line.startsWith('Produto'))).toHaveLength(25);
  });
});

describe('without rows', () => {
  test('says how curated tables are filled', () => {
    const { window: _, ...result } = ofDays([]);
    expect(renderChart(daily, result, style(80))).toBe(
      'Daily sales revenue\nno data yet: the curated tables are empty\n  try: shop-pipe etl run --full',
    );
  });
  test('says which days have none', () => {
    const result = { ...ofDays([]), window: { from: '2030-01-01', to: '2030-01-31' } };
    expect(renderChart(daily, result, style(80))).toContain('no data from 2030-01-01 to 2030-01-31\n');
    expect(renderChart(daily, { ...result, parameters: { category: 'x\ny' } }, style(80))).toContain(
      'no data from 2030-01-01 to 2030-01-31 for category x y\n',
    );
  });
});

describe('properties', () => {
  const figure = fc.oneof(
    fc.integer({ min: -50, max: 5000 }),
    fc.double({ min: -1e15, max: 1e15, noNaN: true }),
  );
  test('no line is wider than the terminal', () => {
    fc.assert(
      fc.property(
        fc.array(figure, { minLength: 1, maxLength: 300 }),
        fc.integer({ min: 20, max: 160 }),
        fc.boolean(),
        fc.constantFrom('day' as const, 'hour' as const),
        (values, width, unicode, unit) => {
          const tick = (value: number): string => formatTick(value, 'R$');
          const at = (n: number): string =>
            unit === 'day'
              ? day('2018-01-01', n)
              : `${day('2018-01-01', n / 24)} ${String(n % 24).padStart(2, '0')}:00:00`;
          const points = values.map((value, n) => ({ at: at(n), value }));
          const { lines } = timeChart(points, { ...style(width, { unicode }), unit, tick, whole: false });
          for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
        },
      ),
    );
  });

  test('the longer bar has the greater figure, and only zero has no bar', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 100_000 }), { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 40, max: 160 }),
        (values, width) => {
          const bars = values.map((value) => ({ label: 'x', value, text: String(value) }));
          const lines = barChart(bars, { ...style(width), tick: String, whole: true });
          const lengths = values.map((_, n) => (lines[n] ?? '').split('│')[1] ?? '').map((bar) => bar.length);
          for (const [i, a] of values.entries()) {
            expect(lengths[i] === 0).toBe(a === 0);
            for (const [j, b] of values.entries())
              if (a > b) expect(lengths[i]).toBeGreaterThanOrEqual(lengths[j] ?? 0);
          }
          for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
        },
      ),
    );
  });
});
