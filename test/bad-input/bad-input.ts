import type { World } from './world.ts';

/** One wrong input of the batch half, and what has to become of it. */
export interface BadInput {
  what: string;
  /** The call without `shop-pipe`; an array where a word has a blank in it or is empty. */
  call: string | readonly string[] | ((world: World) => Promise<string | readonly string[]>);
  /** Put on top of the world's settings; '' is as good as none. */
  env?: Record<string, string> | ((world: World) => Promise<Record<string, string>>);
  exit: 1 | 2 | 3;
  code: string;
  /** What the message, or the suggestion, has to name. */
  says: RegExp;
}

/** Cases of one call that differ in a word: `{ '0': 'bad_number' }` of `seed synthetic --orders`. */
export const refused = (
  call: string,
  values: Record<string, string | [code: string, says: RegExp]>,
): BadInput[] =>
  Object.entries(values).map(([value, expected]): BadInput => {
    const [code, says] = typeof expected === 'string' ? [expected, literally(value)] : expected;
    return {
      what: `${call} ${value === '' ? "''" : value}`,
      call: [...call.split(' '), value],
      exit: 2,
      code,
      says,
    };
  });

const literally = (text: string): RegExp => new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
