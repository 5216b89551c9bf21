import type { DirtyKind } from './event.ts';

/** What a correct consumer does with a dirty message. Refused ones go to ops.rejects. */
export interface DirtyMeaning {
  /**
   * For a consumer that takes one message after the other; in a micro-batch a stale one can be a duplicate or superseded
   * instead (see `OrderFold.applyBatch`). `apply`: like any other event.
   */
  verdict: 'reject' | 'duplicate' | 'stale' | 'apply';
  /** Whether the schema itself refuses it; an unknown product shows in the database only. */
  fitsSchema: boolean;
  /**
   * `extra`: one message more than the clean stream has; `instead`: the clean event itself, changed; `moved`: the clean
   * event itself, at a later place.
   */
  place: 'extra' | 'instead' | 'moved';
  what: string;
}

/**
 * None of them changes the state that the clean stream leads to: what is refused comes on top of the clean event that it
 * was made of, an unknown product in an order of its own, and the rest is for the version guard.
 */
export const dirtyMeanings: Readonly<Record<DirtyKind, DirtyMeaning>> = {
  malformed_json: {
    verdict: 'reject',
    fitsSchema: false,
    place: 'extra',
    what: 'a value that is cut short, empty, no UTF-8, or not JSON at all',
  },
  wrong_type: {
    verdict: 'reject',
    fitsSchema: false,
    place: 'extra',
    what: 'a number for a text, a text for a number, null, a missing field, an unheard-of status, JSON that is no object',
  },
  nul: {
    verdict: 'reject',
    fitsSchema: false,
    place: 'extra',
    what: "a NUL character in the customer's name or e-mail address",
  },
  number_range: {
    verdict: 'reject',
    fitsSchema: false,
    place: 'extra',
    what: 'a quantity, version or price that int4 or numeric(12, 2) cannot hold, is not positive or has three decimals',
  },
  date_range: {
    verdict: 'reject',
    fitsSchema: false,
    place: 'extra',
    what: 'an instant beyond what timestamptz holds, or a day that does not exist',
  },
  unknown_product: {
    verdict: 'reject',
    fitsSchema: true,
    place: 'extra',
    what: 'an order of its own with a product that shop.products does not have',
  },
  huge: {
    verdict: 'reject',
    fitsSchema: false,
    place: 'extra',
    what: 'a name of 250 to 700 KB',
  },
  duplicate: {
    verdict: 'duplicate',
    fitsSchema: true,
    place: 'extra',
    what: 'the event before once more, byte for byte',
  },
  stale: {
    verdict: 'stale',
    fitsSchema: true,
    place: 'extra',
    what: "an event once more, byte for byte, after the order's next one",
  },
  out_of_order: {
    verdict: 'stale',
    fitsSchema: true,
    place: 'moved',
    what: "an event only after the order's next one: version 3 before version 2",
  },
  late: {
    verdict: 'apply',
    fitsSchema: true,
    place: 'instead',
    what: 'an event_time 1 to 30 days back',
  },
};
