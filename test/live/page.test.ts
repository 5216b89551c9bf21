import axe from 'axe-core';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { connect, withClient } from '../../src/postgres/connection.ts';
import { findQuestion } from '../../src/reports/catalogue.ts';
import type { GivenParameters } from '../../src/reports/parameters.ts';
import { runReport } from '../../src/reports/run.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { findChromium, openBrowser } from './browser.ts';
import { fillShop, merge, publish, takeStream } from './live-shop.ts';
import { assets, type Served, serve, zone } from './served.ts';

const chromium = findChromium();
const sizes = { phone: { width: 360, height: 780 }, desktop: { width: 1440, height: 900 } };

/** A page with all that it complains of and asks for. */
interface Opened {
  page: Page;
  complaints: string[];
  elsewhere: string[];
  bytes: () => Promise<number>;
}

describe.skipIf(chromium === null)('the page in a browser', () => {
  let database: TestDatabase;
  let owner: Awaited<ReturnType<typeof connect>>;
  let served: Served;
  const closing: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    database = await testDatabase();
    owner = await connect(database.owner);
    await fillShop(owner, { zone, days: 9, ordersPerDay: 300 });
    await publish(owner, zone);
    await takeStream(owner);
    await merge(owner, { zone, orders: 3 });
    served = await serve(database);
  });
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
  });
  afterAll(async () => {
    await served.stop();
    await owner.end();
    await database.drop();
  });

  async function open(options: BrowserContextOptions = {}, url = served.url): Promise<Opened> {
    const { context, close } = await openBrowser(chromium ?? '', {
      viewport: sizes.desktop,
      locale: 'en-GB',
      ...options,
    });
    closing.push(close);
    const page = await context.newPage();
    const complaints: string[] = [];
    const elsewhere: string[] = [];
    const sizesOf: Promise<number>[] = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(url)) elsewhere.push(request.url());
    });
    page.on('requestfinished', (request) => {
      sizesOf.push(request.sizes().then((size) => size.responseBodySize + size.responseHeadersSize));
    });
    await page.goto(url);
    return {
      page,
      complaints,
      elsewhere,
      bytes: async () => (await Promise.all(sizesOf)).reduce((sum, size) => sum + size, 0),
    };
  }

  const text = (page: Page, selector: string): Promise<string> => page.locator(selector).innerText();
  const ready = (page: Page): Promise<void> => page.locator('#status[data-state="live"]').waitFor();
  /** Waits for a frame in which it is so: milliseconds since the page was asked for. No function: the page allows no eval. */
  const seen = (page: Page, condition: string): Promise<number> =>
    page.evaluate<number>(
      `new Promise((resolve) => {
        const look = () => (${condition} ? resolve(performance.now()) : requestAnimationFrame(look));
        look();
      })`,
    );
  const rows = (page: Page, id: string): Promise<string[][]> =>
    page
      .locator(`#${id} tbody tr`)
      .evaluateAll((all) =>
        all.map((row) => [...row.children].map((cell) => (cell.textContent ?? '').trim())),
      );
  const report = async (name: string, given: GivenParameters = {}): Promise<(string | number | null)[][]> =>
    (
      await runReport(database.bi, await findQuestion(`${assets}/sql/questions`, name), given, {
        timezone: zone,
      })
    ).rows;
  const reais = (value: unknown): string =>
    new Intl.NumberFormat('en-GB', { style: 'currency', currency: 'BRL' }).format(Number(value));
  const count = (value: unknown): string => new Intl.NumberFormat('en-GB').format(Number(value));
  const sum = (values: unknown[]): number =>
    values.reduce<number>((total, value) => total + Number(value ?? 0), 0);

  it('shows the figures of the reports', async () => {
    const { page, complaints, elsewhere } = await open();
    await ready(page);
    const revenue = await report('revenue-today');
    expect(await text(page, '#tile-revenue')).toBe(reais(sum(revenue.map((row) => row[1]))));
    const hours = await report('orders-per-hour');
    const today = String(hours.at(-1)?.[0]).slice(0, 10);
    const orders = hours.filter((row) => String(row[0]).startsWith(today)).map((row) => row[1]);
    expect(await text(page, '#tile-orders')).toBe(count(sum(orders)));

    const top = await report('top-products-today');
    expect((await rows(page, 'products')).map((row) => [row[0], row[2], row[3], row[4]])).toEqual(
      top.map(([rank, product, category, units, , money]) => [
        String(rank),
        `${product}${String(category).replaceAll('_', ' ')}`,
        count(units),
        reais(money),
      ]),
    );
    const latest = await report('recent-orders');
    expect((await rows(page, 'orders')).map((row) => [row[3], row[4]])).toEqual(
      latest.map(([, , , units, money]) => [count(units), reais(money)]),
    );
    const categories = await report('categories-today', { limit: 10 });
    expect((await rows(page, 'categories')).map((row) => [row[0], row[2]])).toEqual(
      categories.map(([category, lines]) => [String(category).replaceAll('_', ' '), count(lines)]),
    );
    const published = await report('orders-per-category', { limit: 10 });
    expect((await rows(page, 'published')).map((row) => [row[0], row[2]])).toEqual(
      published.map(([category, number]) => [String(category).replaceAll('_', ' '), count(number)]),
    );
    // Charts tell their figures as tables.
    await page.locator('#hours summary').click();
    const table = (await rows(page, 'hours')).toReversed();
    const cancellations = await report('cancellations');
    expect(table.map((row) => row.slice(1))).toEqual(
      hours.map((row, at) => [count(row[1]), count(cancellations[at]?.[1])]),
    );
    await page.locator('#days summary').click();
    const days = await report('daily-revenue');
    expect((await rows(page, 'days')).toReversed().map((row) => row[1])).toEqual(
      days.map((row) => reais(row[3])),
    );
    expect(await text(page, '#health')).toContain('running');
    expect([complaints, elsewhere]).toEqual([[], []]);
  });

  it('has an order soon after its commit, and moves', async () => {
    const { page, complaints } = await open();
    await ready(page);
    const before = await text(page, '#tile-revenue');
    const took: number[] = [];
    for (let time = 1; time <= 5; time += 1) {
      await merge(owner, { zone, orders: 2, canceled: time % 2 });
      const committed = performance.now();
      const [newest] = await report('recent-orders', { limit: 1 });
      const wanted = JSON.stringify(reais(newest?.[4]));
      await seen(page, `document.querySelector('#orders tbody tr')?.textContent.includes(${wanted})`);
      took.push(performance.now() - committed);
    }
    // A second is the goal and the bench's to measure; other suites keep this machine busy.
    expect(took.toSorted((a, b) => a - b)[2], took.join()).toBeLessThan(5_000);
    // A question that took long rests longer before it is asked again.
    await expect.poll(() => text(page, '#tile-revenue')).not.toBe(before);
    await expect.poll(() => text(page, '#tile-rate')).toMatch(/^\d+\.\d$/);
    expect(complaints).toEqual([]);
  });

  it('is ready soon, and small', async () => {
    const { page, bytes } = await open();
    await ready(page);
    expect(await bytes()).toBeLessThan(400_000);
    // Opened anew, with nothing of it in the cache, in a browser that runs.
    const session = await page.context().newCDPSession(page);
    await session.send('Network.setCacheDisabled', { cacheDisabled: true });
    const took: number[] = [];
    for (let time = 0; time < 5; time += 1) {
      await page.goto(served.url, { waitUntil: 'commit' });
      const ms = await seen(page, `/\\d/.test(document.querySelector('#tile-revenue')?.textContent)`);
      took.push(ms);
    }
    // Half a second is the goal of a quiet machine.
    expect(took.toSorted((a, b) => a - b)[1], took.join()).toBeLessThan(5_000);
  });

  it('recovers from a database that was away', async () => {
    const { page, complaints } = await open();
    await ready(page);
    const admin = (sql: string) =>
      withClient({ ...database.superuser, database: 'postgres' }, (client) => client.query(sql));
    const { database: name } = database.owner;
    await admin(`alter database ${name} allow_connections false`);
    try {
      await admin(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}' and application_name = 'shop-pipe live'`,
      );
      await page.locator('#status[data-state="trouble"]').waitFor();
      expect(await text(page, '#notices')).toMatch(/postgres.*\n*.*shop-pipe/is);
      expect(await text(page, '#announcement')).toMatch(/postgres/);
      expect(await axeFaults(page)).toEqual([]);
    } finally {
      await admin(`alter database ${name} allow_connections true`);
    }
    await ready(page);
    await merge(owner, { zone, orders: 1 });
    const [newest] = await report('recent-orders', { limit: 1 });
    await expect
      .poll(async () => (await rows(page, 'orders'))[0]?.[4], { timeout: 10_000 })
      .toBe(reais(newest?.[4]));
    expect(complaints).toEqual([]);
  });

  it('recovers from a server that was away', async () => {
    const own = await serve(database);
    const { page } = await open({}, own.url);
    await ready(page);
    await own.stop();
    await page.locator('#status[data-state="lost"]').waitFor();
    expect(await text(page, '#notices')).toContain('shop-pipe live');
    const again = await serve(database, own.port);
    try {
      await ready(page);
      expect(await page.locator('.notice.trouble').count()).toBe(0);
    } finally {
      await again.stop();
    }
  });

  async function axeFaults(page: Page): Promise<string[]> {
    await page.evaluate(axe.source);
    return page.evaluate(async () => {
      const { violations } = await (
        globalThis as unknown as {
          axe: {
            run(): Promise<{
              violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[];
            }>;
          };
        }
      ).axe.run();
      return violations
        .filter(({ impact }) => ['serious', 'critical'].includes(impact))
        .map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
    });
  }

  describe.each(['phone', 'desktop'] as const)('on a %s', (size) => {
    it.each(['light', 'dark'] as const)('can be read by all, %s', async (colorScheme) => {
      const { page, complaints } = await open({
        viewport: sizes[size],
        colorScheme,
        reducedMotion: 'reduce',
      });
      await ready(page);
      await page.locator('#hours summary').click();
      expect(await axeFaults(page)).toEqual([]);
      // Nothing sticks out at the side, and nothing moves by itself.
      expect(await page.evaluate<number>('document.documentElement.scrollWidth')).toBeLessThanOrEqual(
        sizes[size].width,
      );
      expect(await page.evaluate<number>('document.getAnimations().length')).toBe(0);
      expect(complaints).toEqual([]);
    });

    it('an empty shop says what to do', async () => {
      const empty = await testDatabase();
      const other = await serve(empty);
      try {
        const { page, complaints, elsewhere } = await open({ viewport: sizes[size] }, other.url);
        await page.locator('.notice').first().waitFor();
        expect(await text(page, '#notices')).toMatch(/shop-pipe seed[\s\S]*shop-pipe stream start/);
        await expect.poll(() => text(page, '#orders')).toContain('shop-pipe produce');
        expect(await axeFaults(page)).toEqual([]);
        expect([complaints, elsewhere]).toEqual([[], []]);
        const filling = await closedLater(empty);
        await fillShop(filling, { zone, days: 1, ordersPerDay: 50, products: 20 });
        // Soon after midnight none of those are of today.
        await merge(filling, { zone, orders: 3 });
        await expect.poll(() => text(page, '#tile-revenue'), { timeout: 10_000 }).toMatch(/[1-9]/);
      } finally {
        await other.stop();
        await empty.drop();
      }
    });
  });

  async function closedLater(of: TestDatabase): Promise<typeof owner> {
    const client = await connect(of.owner);
    closing.push(() => client.end());
    return client;
  }

  it('works by keyboard', async () => {
    const { page } = await open();
    await ready(page);
    await page.keyboard.press('Tab');
    expect(await page.evaluate<string>('document.activeElement.textContent')).toBe('Skip to the figures');
    await page.keyboard.press('Enter');
    const seen = new Set<string>();
    for (let tab = 0; tab < 12; tab += 1) {
      await page.keyboard.press('Tab');
      seen.add(await page.evaluate<string>(`document.activeElement.closest('[id]')?.id ?? ''`));
    }
    expect([...seen]).toEqual(expect.arrayContaining(['today', 'rates', 'hours', 'orders', 'days']));
    await page.locator('#today summary').focus();
    await page.keyboard.press('Enter');
    await page.locator('#today table').waitFor();
  });

  it("speaks the viewer's way of writing numbers", async () => {
    const { page } = await open({ locale: 'pt-BR', timezoneId: 'Asia/Tokyo' });
    await ready(page);
    expect(await text(page, '#tile-revenue')).toMatch(/^R\$\s[\d.]+,\d\d$/);
    // Times stay those of the shop, and it says so.
    expect(await text(page, '#zone')).toBe(zone);
    const local = (at: number): string =>
      new Intl.DateTimeFormat('pt-BR', { timeStyle: 'short', timeZone: zone }).format(new Date(at));
    expect(await text(page, '#clock')).toMatch(
      new RegExp(`^(${local(Date.now())}|${local(Date.now() - 5_000)})`),
    );
  });
});
