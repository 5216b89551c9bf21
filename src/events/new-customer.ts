import { firstNames, lastNames, slugOf } from '../olist/pools.ts';
import type { Random } from '../olist/synthetic/random.ts';
import { drawUuid } from './streams.ts';

/** JSON of a customer whom the shop doesn't know yet. The name comes from `content`, what keeps it apart from `ids`. */
export function newCustomer(content: Random, ids: Random, createdAt: string): string {
  const id = drawUuid(ids);
  const first = firstNames[content.below(firstNames.length)] as string;
  const last = lastNames[content.below(lastNames.length)] as string;
  const email = `${slugOf(first)}.${slugOf(last)}.${id.slice(0, 8)}@example.com`;
  return JSON.stringify({ id, name: `${first} ${last}`, email, created_at: createdAt });
}
