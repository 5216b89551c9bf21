import { beforeAll, describe, expect, test } from 'vitest';
import * as olist from '../../../src/olist/synthetic/calibration.ts';
import { parametersFrom } from '../../../src/olist/synthetic/parameters.ts';
import { SyntheticShop } from '../../../src/olist/synthetic/shop.ts';
import { contentsOf, countBy, type OrderLine, type ShopContents } from './shop-contents.ts';

const orderCount = 200_000;
let shop: ShopContents;
/** One line of each order: what is the same in all of them. */
let orders: OrderLine[];
let units: number;

beforeAll(async () => {
  shop = await contentsOf(new SyntheticShop(parametersFrom({ orders: orderCount, seed: 20 })));
  orders = shop.lines.filter((line, i) => line.order !== shop.lines[i - 1]?.order);
  units = shop.lines.reduce((sum, line) => sum + line.quantity, 0);
}, 60_000);

/** Asserts that `actual` is within `tolerance` (a share) of `expected`. */
function near(what: string, actual: number | undefined, expected: number, tolerance: number): void {
  expect(actual, what).toBeGreaterThan(expected * (1 - tolerance));
  expect(actual, what).toBeLessThan(expected * (1 + tolerance));
}

/** Four standard deviations of a count of `n` tries. */
const chance = (n: number, share: number): number => 4 * Math.sqrt(n * share * (1 - share)) + 1;

const quantile = (sorted: Float64Array, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number;

/** São Paulo's wall clock; each hour is asked of Intl once. */
const wallClock = (() => {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: 'America/Sao_Paulo',
    dateStyle: 'short',
    timeStyle: 'short',
  });
  const known = new Map<number, { date: string; hour: number; weekday: number }>();
  return (instant: number) => {
    const key = Math.floor(instant / 3600);
    let clock = known.get(key);
    if (!clock) {
      const [date = '', time = ''] = format.format(key * 3_600_000).split(' ');
      const weekday = (new Date(`${date}T12:00:00Z`).getUTCDay() + 6) % 7;
      clock = { date, hour: Number(time.slice(0, 2)), weekday };
      known.set(key, clock);
    }
    return clock;
  };
})();

describe('baskets', () => {
  test('lines per order', () => {
    const lines = countBy(countBy(shop.lines, (line) => line.order).values(), (n) => n);
    const total = olist.linesPerOrder.reduce((sum, [, n]) => sum + n, 0);
    for (const [n, of] of olist.linesPerOrder) {
      const expected = (of / total) * orderCount;
      expect(Math.abs((lines.get(n) ?? 0) - expected), `${n} lines`).toBeLessThan(
        chance(orderCount, of / total),
      );
    }
  });

  test('units per line, and so items per order', () => {
    const per = countBy(shop.lines, (line) => line.quantity);
    const total = olist.unitsPerLine.reduce((sum, [, n]) => sum + n, 0);
    for (const [n, of] of olist.unitsPerLine) {
      const expected = (of / total) * shop.lines.length;
      expect(Math.abs((per.get(n) ?? 0) - expected), `${n} units`).toBeLessThan(
        chance(shop.lines.length, of / total),
      );
    }
    // Olist: 112,650 items in 98,666 orders.
    near('items per order', units / orderCount, 1.1417, 0.01);
  });

  test('statuses', () => {
    const per = countBy(orders, (order) => order.status);
    for (const [status, share] of olist.statusShare) {
      expect(Math.abs((per.get(status) ?? 0) - share * orderCount), status).toBeLessThan(
        chance(orderCount, share),
      );
    }
    expect(
      [...per.keys()].filter((status) => !olist.statusShare.some(([known]) => known === status)),
    ).toEqual([]);
  });
});

describe('products', () => {
  const categoryOf = (line: OrderLine): string => shop.products.get(line.product)?.category ?? '';

  test('units by category', () => {
    const per = countBy(shop.lines, categoryOf, (line) => line.quantity);
    for (const { name, share } of olist.categories) {
      // An order of 20 units weighs on a small category.
      if (share > 0.005) near(name, (per.get(name) ?? 0) / units, share, share > 0.02 ? 0.06 : 0.12);
      else expect(per.has(name), name).toBe(true);
    }
  });

  test('products by category, twice as many for four times the orders', () => {
    const per = countBy(shop.products.values(), (product) => product.category);
    const scale = Math.sqrt(orderCount / olist.catalogueOrders);
    for (const { name, products } of olist.categories) {
      expect(Math.abs((per.get(name) ?? 0) - products * scale), name).toBeLessThanOrEqual(1);
    }
  });

  test('prices over units sold, in each category of 2 % and more', () => {
    for (const { name, share, prices } of olist.categories.filter(({ share }) => share > 0.02)) {
      const sorted = pricesOf(shop.lines.filter((line) => categoryOf(line) === name));
      expect(sorted.length).toBeGreaterThan(share * units * 0.9);
      olist.priceQuantiles.forEach((at, i) => {
        // One best-selling product may be several percent of a category.
        const tolerance = at >= 0.05 && at <= 0.95 ? 0.15 : 0.25;
        near(`${name} at ${at}`, quantile(sorted, at), (prices[i] as number) * 100, tolerance);
      });
    }
  });

  test('prices of the whole shop', () => {
    const sorted = pricesOf(shop.lines);
    // Olist over all categories, R$; its mean is 120.65.
    const expected = [9.99, 17, 39.9, 74.99, 134.9, 349.9, 890];
    olist.priceQuantiles.forEach((at, i) => {
      const tolerance = at === 0.01 || at === 0.99 ? 0.15 : 0.08;
      near(`at ${at}`, quantile(sorted, at) / 100, expected[i] as number, tolerance);
    });
    near('mean', sorted.reduce((sum, cents) => sum + cents, 0) / sorted.length / 100, 120.65, 0.05);
    expect(sorted[0]).toBeGreaterThanOrEqual(olist.priceRange[0] * 100);
    expect(sorted.at(-1)).toBeLessThanOrEqual(olist.priceRange[1] * 100);
  });

  test('best-selling products, at Olist’s size', async () => {
    const parameters = parametersFrom({ orders: olist.catalogueOrders, seed: 4 });
    const { lines, products } = await contentsOf(new SyntheticShop(parameters));
    expect(products.size).toBe(32_951);
    const sold = [...countBy(lines, (line) => line.product).values()].sort((a, b) => b - a);
    for (const [rank, share] of olist.shareOfTopProducts) {
      const top = sold.slice(0, rank).reduce((sum, n) => sum + n, 0);
      near(`top ${rank}`, top / lines.length, share, rank === 1 ? 0.25 : 0.1);
    }
  });

  function pricesOf(lines: OrderLine[]): Float64Array {
    const prices = new Float64Array(lines.reduce((sum, line) => sum + line.quantity, 0));
    let at = 0;
    for (const { quantity, cents } of lines) {
      prices.fill(cents, at, at + quantity);
      at += quantity;
    }
    return prices.sort();
  }
});

describe('time', () => {
  test('weekdays and hours', () => {
    const per = countBy(orders, (order) => wallClock(order.at).weekday * 24 + wallClock(order.at).hour);
    let distance = 0;
    olist.weekdayHourShare.forEach((hours, weekday) => {
      const ofDay = hours.reduce((sum, share) => sum + share, 0);
      const actual = hours.map((_, hour) => (per.get(weekday * 24 + hour) ?? 0) / orderCount);
      near(
        `weekday ${weekday}`,
        actual.reduce((sum, share) => sum + share, 0),
        ofDay,
        0.02,
      );
      hours.forEach((share, hour) => {
        distance += Math.abs((actual[hour] as number) - share) / 2;
      });
    });
    // Half the sum of differences; chance alone makes some 0.011 of 200,000 orders in 168 hours.
    expect(distance).toBeLessThan(0.02);
  });

  test('months', () => {
    const per = countBy(orders, (order) => wallClock(order.at).date.slice(0, 7));
    const total = olist.ordersPerMonth.reduce((sum, n) => sum + n, 0);
    expect([...per.keys()]).toHaveLength(olist.ordersPerMonth.length);
    [...per.values()].forEach((n, month) => {
      near(`month ${month}`, n / orderCount, (olist.ordersPerMonth[month] as number) / total, 0.12);
    });
  });

  test('Black Friday', () => {
    const per = countBy(orders, (order) => wallClock(order.at).date);
    const november = [...per].filter(([date]) => date.startsWith('2017-11')).map(([, n]) => n);
    const median = november.sort((a, b) => a - b)[15] as number;
    near('peak', (per.get('2017-11-24') ?? 0) / median, olist.peak.orders / olist.peak.medianDay, 0.1);
    expect(Math.max(...per.values())).toBe(per.get('2017-11-24'));
    expect(per.size).toBe(608);
  });
});

describe('customers', () => {
  test('orders per customer', () => {
    const per = countBy(countBy(orders, (order) => order.customer).values(), (n) => n);
    const repeat = shop.customers.size - (per.get(1) ?? 0);
    near('customers who come again', repeat / shop.customers.size, olist.repeatCustomerRate, 0.05);
    // Olist: 252 of 2,997 come a third time.
    near('of those, a third time', (repeat - (per.get(2) ?? 0)) / repeat, 0.084, 0.2);
  });

  test('days between orders', () => {
    const last = new Map<string, number>();
    const gaps: number[] = [];
    for (const { customer, at } of orders) {
      const before = last.get(customer);
      if (before !== undefined) gaps.push((at - before) / 86_400);
      last.set(customer, at);
    }
    // Olist: 29.9 % under a day, median 28 days. Its long gaps reach back before the shop's growth: less of them here.
    near('under a day', gaps.filter((gap) => gap < 1).length / gaps.length, 0.299, 0.08);
    near('median', gaps.sort((a, b) => a - b)[gaps.length >> 1], 28.3, 0.25);
  });
});
