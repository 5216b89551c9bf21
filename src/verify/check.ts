/** One thing that was looked at. `expected` and `actual` are for people; where `ok`, they are the same. */
export interface Check {
  name: string;
  ok: boolean;
  expected: string | number;
  actual: string | number;
}

/** How many differences a check tells in full. */
export const examplesShown = 3;

/** A check that passed: both sides are `value`. */
export const passed = (name: string, value: string | number): Check => ({
  name,
  ok: true,
  expected: value,
  actual: value,
});

/** `1 day`, `2 days`, `102425 rows`. */
export const counted = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

/** The first examples, and how many there are beside. */
export function listed(examples: readonly string[], total = examples.length): string {
  const shown = examples.slice(0, examplesShown);
  const rest = total - shown.length;
  return [...shown, ...(rest > 0 ? [`and ${rest} more`] : [])].join('; ');
}
