import { type CategoryFigures, priceQuantiles, priceRange } from './calibration.ts';
import type { Random } from './random.ts';

/** Endings of prices in R$ with the share of products that have them; the rest ends as it falls. Our choice, after the look of Olist's quantiles. */
const endings = [
  [0.9, 0.5],
  [0.99, 0.75],
  [0, 0.9],
  [0.5, 0.95],
] as const;
/** Below this price a rounded ending would change the price too much, R$. */
const endingsFrom = 15;
/** Beyond the last known quantile a price is at most so many times that one. */
const tailFactor = 1.6;

const normalScores = priceQuantiles.map(normalQuantile);

/**
 * Cents at `share` of a category's units sorted by price: log-normal in pieces, that is the logarithm is linear in the
 * normal score between the known quantiles, and goes on by the whole curve's slope outside of them.
 */
export function priceAt({ prices }: CategoryFigures, share: number, random: Random): number {
  const logs = prices.map(Math.log);
  const last = logs.length - 1;
  const score = normalQuantile(share);
  const known = (values: readonly number[], i: number): number => values[i] ?? 0;
  let log: number;
  if (score < known(normalScores, 0) || score > known(normalScores, last)) {
    const end = score < 0 ? 0 : last;
    const slope = (known(logs, last) - known(logs, 0)) / (known(normalScores, last) - known(normalScores, 0));
    log = known(logs, end) + slope * (score - known(normalScores, end));
  } else {
    const right = Math.max(
      1,
      normalScores.findIndex((known) => known >= score),
    );
    const [x0, x1] = [known(normalScores, right - 1), known(normalScores, right)];
    log = known(logs, right - 1) + ((known(logs, right) - known(logs, right - 1)) * (score - x0)) / (x1 - x0);
  }
  const low = Math.max(priceRange[0], known(prices, 0) / tailFactor);
  const high = Math.min(priceRange[1], known(prices, last) * tailFactor);
  const price = Math.min(high, Math.max(low, Math.exp(log)));
  const draw = random.uniform();
  const ending = price < endingsFrom ? undefined : endings.find(([, upTo]) => draw < upTo);
  if (!ending) return Math.round(price * 100);
  return Math.round((Math.round(price - ending[0]) + ending[0]) * 100);
}

/** Inverse of the standard normal distribution for 0 < p < 1, by P. J. Acklam; relative error below 1.2e-9. */
function normalQuantile(p: number): number {
  if (p > 0.5) return -normalQuantile(1 - p);
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p));
    return (
      (((((-7.784894002430293e-3 * q - 3.223964580411365e-1) * q - 2.400758277161838) * q -
        2.549732539343734) *
        q +
        4.374664141464968) *
        q +
        2.938163982698783) /
      ((((7.784695709041462e-3 * q + 3.224671290700398e-1) * q + 2.445134137142996) * q + 3.754408661907416) *
        q +
        1)
    );
  }
  const q = p - 0.5;
  const r = q * q;
  return (
    ((((((-3.969683028665376e1 * r + 2.209460984245205e2) * r - 2.759285104469687e2) * r +
      1.38357751867269e2) *
      r -
      3.066479806614716e1) *
      r +
      2.506628277459239) *
      q) /
    (((((-5.447609879822406e1 * r + 1.615858368580409e2) * r - 1.556989798598866e2) * r +
      6.680131188771972e1) *
      r -
      1.328068155288572e1) *
      r +
      1)
  );
}
