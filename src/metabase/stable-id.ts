import { createHash } from 'node:crypto';

const hash = (...parts: string[]): string => createHash('sha256').update(parts.join('\0')).digest('hex');

/** The same for the same parts, on every machine: a UUID as template tags have it. */
export function stableUuid(...parts: string[]): string {
  const hex = hash(...parts);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

/** Eight hex digits, as parameters of dashboards have it. */
export const stableId = (...parts: string[]): string => hash(...parts).slice(0, 8);
