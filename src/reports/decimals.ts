/** `-1234567.5` as `-1,234,567.5`; what is no plain decimal stays as it is. */
export function grouped(decimal: string | number): string {
  const [, sign, whole, rest] = /^(-?)(\d+)(\.\d+)?$/.exec(String(decimal)) ?? [];
  if (whole === undefined) return String(decimal);
  return `${sign ?? ''}${whole.replace(/\B(?=(?:\d{3})+$)/g, ',')}${rest ?? ''}`;
}

/** The exact sum of decimals, with as many decimal places as the longest of them; null where one is no plain decimal. */
export function sum(decimals: readonly (string | number)[]): string | null {
  const parts = decimals.map((value) => /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(value)));
  const places = Math.max(0, ...parts.map((part) => part?.[3]?.length ?? 0));
  let total = 0n;
  for (const part of parts) {
    if (!part) return null;
    total += BigInt(`${part[1] ?? ''}${part[2] ?? ''}${(part[3] ?? '').padEnd(places, '0')}`);
  }
  const digits = String(total < 0n ? -total : total).padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places);
  return `${total < 0n ? '-' : ''}${whole}${places > 0 ? `.${digits.slice(-places)}` : ''}`;
}

/** A round number in few characters, for an axis: `20k`, `2.5M`, `-0.5`. */
export function compact(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e15) return value.toExponential().replace('+', '');
  const [unit, letter] = (
    [
      [1e12, 'T'],
      [1e9, 'B'],
      [1e6, 'M'],
      [1e3, 'k'],
    ] as const
  ).find(([least]) => size >= least) ?? [1, ''];
  return `${Number((value / unit).toPrecision(6))}${letter}`;
}
