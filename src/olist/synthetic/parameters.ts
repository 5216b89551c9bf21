import { usageError } from '../../errors.ts';

/** Most orders that one synthetic shop may have: indices stay within 32 bits and tables within a big disk. */
const maxOrders = 200_000_000;
/** Ten years, leap days included. */
const maxDays = 3653;

/** What a synthetic shop is made from: the same parameters give the same bytes. */
export interface Parameters {
  /** Distinct orders. */
  orders: number;
  /** 0 … 2^53-1. */
  seed: number;
  /** Business days that the orders are spread over. */
  days: number;
  /** The last of them, `YYYY-MM-DD` in São Paulo. */
  lastDay: string;
}

/**
 * Checks what a user asked for. The default span is that of Olist's whole months: 608 days up to 2018-08-31.
 *
 * @throws ShopPipeError of kind `usage`
 */
export function parametersFrom(options: {
  orders: number;
  seed: number;
  days?: number | undefined;
}): Parameters {
  const { orders, seed, days = 608 } = options;
  if (!Number.isInteger(orders) || orders < 1 || orders > maxOrders) {
    throw usageError(
      'bad_orders',
      `--orders must be a whole number from 1 to ${maxOrders}, not ${orders}`,
      'shop-pipe seed synthetic --orders 50000 --seed 1',
    );
  }
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw usageError(
      'bad_seed',
      `--seed must be a whole number from 0 to ${Number.MAX_SAFE_INTEGER}, not ${seed}`,
      `shop-pipe seed synthetic --orders ${orders} --seed 1`,
    );
  }
  if (!Number.isInteger(days) || days < 1 || days > maxDays) {
    throw usageError(
      'bad_days',
      `--days must be a whole number from 1 to ${maxDays}, not ${days}`,
      `shop-pipe seed synthetic --orders ${orders} --seed ${seed} --days 608`,
    );
  }
  return { orders, seed, days, lastDay: '2018-08-31' };
}
