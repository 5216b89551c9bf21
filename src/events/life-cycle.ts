import type { Random } from '../olist/synthetic/random.ts';
import type { Status } from './event.ts';

/** What may follow a status; nothing follows a final one. */
export const successors: Readonly<Record<Status, readonly Status[]>> = {
  created: ['approved', 'canceled'],
  approved: ['shipped', 'canceled'],
  shipped: ['delivered'],
  delivered: [],
  canceled: [],
};

export const isFinal = (status: Status): boolean => successors[status].length === 0;

/** The states that an order goes through, drawn when it is made: the version of each is its place, from 1. */
export type Path = readonly [Status, ...Status[]];

const delivered: Path = ['created', 'approved', 'shipped', 'delivered'];
const canceledUnpaid: Path = ['created', 'canceled'];
const canceledPaid: Path = ['created', 'approved', 'canceled'];

/** Every life that an order can have. */
export const paths = { delivered, canceledUnpaid, canceledPaid } as const;

/** Share of Olist's orders that end canceled (`statusShare` of the calibration). */
export const olistCanceledShare = 0.006285;

/** Draws an order's life; half of the canceled ones are canceled before they are approved. */
export function drawPath(random: Random, canceledShare: number): Path {
  const draw = random.uniform();
  if (draw >= canceledShare) return delivered;
  return draw < canceledShare / 2 ? canceledUnpaid : canceledPaid;
}

/**
 * How many events the whole shard makes until an order takes its next step. Counted in events, so that a run is the same
 * at any rate; and growing with the run, so that it looks alike at any rate: the mean step is 1/25 of what was made so
 * far, a whole life (three steps) some 12 % of the run's time. An order lives 4 s when the run is half a minute old and
 * half a minute when it is four minutes old, at 10 events a second as at 10,000, until `liveOrders` sets the limit. The
 * mix of types is steady from the first hundred events on, without a start-up of created orders alone.
 */
export function drawStep(random: Random, made: number, liveOrders: number): number {
  const longest = liveOrders * eventsPerLiveOrder;
  const mean = Math.min(Math.max(made / 25, shortestMean), longest);
  // Uniform from half to one and a half times the mean: a bound on how long any order lives.
  return Math.ceil(mean * (0.5 + random.uniform()));
}

const shortestMean = 4;

/**
 * By Little's law `liveOrders` = orders made per event (1/4) × steps under way (3) × events per step: at most 4/3 of
 * liveOrders; a little less, so that the cap on live orders, which hurries them, is hardly ever reached.
 */
const eventsPerLiveOrder = 1.25;
