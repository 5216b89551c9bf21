/** The value axis of a chart: it holds zero and every figure, and ends on round numbers at both ends. */
export interface Scale {
  from: number;
  to: number;
  /** Round numbers from `from` to `to`, evenly spaced, zero among them. */
  ticks: number[];
}

/**
 * A scale with steps of 1, 2, 2.5 or 5 times a power of ten.
 *
 * @param intervals - at most this many between the ticks, at least 1 (2 where figures lie on both sides of zero).
 * @param whole - figures are counts: no tick lies between two of them.
 */
export function scaleOf(values: readonly number[], intervals: number, whole: boolean): Scale {
  const finite = values.filter(Number.isFinite);
  const low = Math.min(0, ...finite);
  const high = Math.max(0, ...finite);
  // Steps of less than 1e-300 underflow; figures that small are drawn as nothing.
  if (high - low < 1e-290) return { from: 0, to: 1, ticks: [0, 1] };
  const least = Math.max(intervals, low < 0 && high > 0 ? 2 : 1);
  const steps = stepsFrom((high - low) / least / 10, whole);
  for (const step of steps) {
    // The tolerance keeps 0.3 / 0.1 = 2.9999999999999996 from asking for one step more.
    const below = Math.ceil(-low / step - 1e-9);
    const above = Math.ceil(high / step - 1e-9);
    if (below + above > least) continue;
    const ticks = Array.from({ length: below + above + 1 }, (_, i) =>
      Number(((i - below) * step).toPrecision(12)),
    );
    return { from: -below * step, to: above * step, ticks };
  }
  throw new Error(`no scale for ${low} to ${high}`);
}

function* stepsFrom(least: number, whole: boolean): Generator<number> {
  for (let power = Math.floor(Math.log10(least)); power < 310; power++) {
    for (const digit of [1, 2, 2.5, 5]) {
      const step = Number(`${digit}e${power}`);
      if (step >= least && (!whole || Number.isInteger(step))) yield step;
    }
  }
}
