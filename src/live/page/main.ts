import { announce } from './announce.ts';
import { CategoryBars } from './category-bars.ts';
import { dayOf, minuteOf, startClock } from './clock.ts';
import { listen } from './connection.ts';
import { DaysChart } from './days-chart.ts';
import { byId } from './dom.ts';
import { showHealth } from './health.ts';
import { HoursChart } from './hours-chart.ts';
import { OrderStream } from './order-stream.ts';
import { ProductTable } from './product-table.ts';
import { RatesChart } from './rates-chart.ts';
import { StatusPill } from './status-pill.ts';
import { Store } from './store.ts';
import { showTiles } from './tiles.ts';
import { TodayChart } from './today-chart.ts';

const store = new Store();
const pill = new StatusPill();
const today = new TodayChart(byId('today'));
const rates = new RatesChart(byId('rates'));
const hours = new HoursChart(byId('hours'));
const days = new DaysChart(byId('days'));
const products = new ProductTable(byId('products'));
const orders = new OrderStream(byId('orders'));
const categories = new CategoryBars(byId('categories'), 'order_lines', 'Lines');
const published = new CategoryBars(byId('published'), 'orders', 'Orders');

function show(changed: ReadonlySet<string>): void {
  const { state } = store;
  const { figures } = state;
  if (changed.has('timezone')) startClock(state.timezone);
  if (changed.has('revenue-today')) today.show(figures['revenue-today'], minuteOf(state));
  if (changed.has('rates')) rates.show(state.rates);
  if (changed.has('orders-per-hour') || changed.has('cancellations'))
    hours.show(figures['orders-per-hour'], figures.cancellations);
  if (changed.has('top-products-today') || changed.has('moves'))
    products.show(figures['top-products-today'], state.moves);
  if (changed.has('categories-today')) categories.show(figures['categories-today']);
  if (changed.has('recent-orders')) orders.show(figures['recent-orders'], dayOf(state));
  if (changed.has('orders-per-category'))
    published.show(figures['orders-per-category'], byId('published-window'));
  if (changed.has('daily-revenue')) days.show(figures['daily-revenue'], byId('days-window'));
  if (changed.has('health')) showHealth(byId('health'), state);
  showTiles(state);
  pill.heard(state);
  announce(state);
}

listen({
  onState: (state) => show(store.replace(state)),
  onChange: (change) => show(store.merge(change)),
  onLost: () => pill.lost(),
});
