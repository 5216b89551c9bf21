import fc from 'fast-check';
import { type JsonText, jsonTextOf, type Slot, slotsIn, written } from './json-text.ts';
import { oddValues, valuesFor } from './odd-values.ts';

type Change = (json: JsonText) => void;

const replace = (slot: Slot, value: JsonText): void => {
  if ('items' in slot) slot.items[slot.at] = value;
  else (slot.fields[slot.at] as [string, JsonText])[1] = value;
};

/** A change at the place of that number: how many there are depends on the changes before. */
const at = (change: (slot: Slot) => void): fc.Arbitrary<Change> =>
  fc.nat().map((number) => (json) => {
    const slots = slotsIn(json);
    const slot = slots[number % slots.length];
    if (slot) change(slot);
  });

/** The same name as JSON may have it, and names that are others. */
const spellings: readonly ((name: string) => string)[] = [
  (name) => name.replace(/\w/, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`),
  (name) => name.toUpperCase(),
  (name) => name.replace(/"$/, ' "'),
  (name) => name.replace(/^"/, '"\\u0000'),
  (name) => name.replace('_', ''),
];

const changes: fc.Arbitrary<Change> = fc.oneof(
  // What this field may hold, or nearly; drawn by a seed, as the field is not known before.
  { weight: 6, arbitrary: fc.nat().chain((seed) => at((slot) => replace(slot, fitting(slot, seed)))) },
  { weight: 3, arbitrary: oddValues.chain((value) => at((slot) => replace(slot, value))) },
  {
    weight: 2,
    arbitrary: at((slot) => void ('items' in slot ? slot.items : slot.fields).splice(slot.at, 1)),
  },
  // The same name twice, or an item more.
  {
    weight: 3,
    arbitrary: fc.tuple(fc.nat(), oddValues, fc.boolean(), fc.boolean()).chain(([seed, odd, fits, before]) =>
      at((slot) => {
        const value = fits ? fitting(slot, seed) : odd;
        const place = before ? slot.at : slot.at + 1;
        if ('items' in slot) slot.items.splice(place, 0, value);
        else slot.fields.splice(place, 0, [nameOf(slot) as string, value]);
      }),
    ),
  },
  // Another spelling of the same name, or a field that nobody knows.
  {
    weight: 2,
    arbitrary: fc.constantFrom(...spellings).chain((spelling) =>
      at((slot) => {
        if ('fields' in slot) (slot.fields[slot.at] as [string, JsonText])[0] = spelling(nameOf(slot) ?? '');
      }),
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.string({ unit: 'binary', maxLength: 9 }), oddValues)
      .chain(([name, value]) =>
        at((slot) => 'fields' in slot && slot.fields.splice(slot.at, 0, [JSON.stringify(name), value])),
      ),
  },
  { weight: 1, arbitrary: at((slot) => ('items' in slot ? slot.items : slot.fields).reverse()) },
  // Lines by the hundred.
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(0, 1, 2, 99, 100, 101), fc.boolean())
      .map(([count, distinct]) => (json: JsonText) => {
        const lines = slotsIn(json).find((slot) => nameOf(slot) === '"lines"');
        const items = Array.from({ length: count }, (_, n) =>
          jsonTextOf({ product_id: productId(distinct ? n : 0), quantity: 1, price: '1.5' }),
        );
        if (lines) replace(lines, { items });
      }),
  },
);

const nameOf = (slot: Slot): string | undefined => ('fields' in slot ? slot.fields[slot.at]?.[0] : undefined);

const fitting = (slot: Slot, seed: number): JsonText =>
  fc.sample(valuesFor(nameOf(slot)?.slice(1, -1) ?? ''), { seed, numRuns: 1 })[0] ?? 'null';

const productId = (n: number): string => `4244733e-06e7-ecb4-970a-${String(n).padStart(12, '0')}`;

/** Bytes as hex: encodings of nothing, of halves of surrogate pairs, overlong ones, byte order marks, blanks that are none. */
export const oddBytes =
  '00 ff efbbbf feff c080 e08080 eda080 ed9fbf f09f9880 f0808080 f48fbfbf f4908080 f5808080 e280a8 c285 c4b0 c3 a0';
const tokens = '\\ " { } [ ] , : . - + 0 1 9 e E u n t f a / * # \' \\u \\u00 // /**/ {} "" null';
const snippets = fc.oneof(
  fc.constantFrom(...oddBytes.split(' ')).map((hex) => [...Buffer.from(hex, 'hex')]),
  fc.constantFrom(...tokens.split(' ')).map((text) => [...Buffer.from(text)]),
  fc.constantFrom(' ', '\t', '\n', '\r', '\f', '\v').map((blank) => [blank.charCodeAt(0)]),
);

type ByteChange = (bytes: number[]) => void;
const byteChanges: fc.Arbitrary<ByteChange> = fc
  .tuple(
    fc.constantFrom('flip', 'set', 'insert', 'delete', 'cut', 'append'),
    fc.nat(2_000),
    fc.nat(7),
    snippets,
  )
  .map(([kind, where, few, snippet]) => (bytes) => {
    const place = where % (bytes.length + 1);
    if (kind === 'flip' && place < bytes.length) bytes[place] = (bytes[place] ?? 0) ^ (1 << few);
    else if (kind === 'set') bytes.splice(place, snippet.length, ...snippet);
    else if (kind === 'insert') bytes.splice(place, 0, ...snippet);
    else if (kind === 'delete') bytes.splice(place, few);
    else if (kind === 'cut') bytes.length = place;
    else bytes.push(...snippet);
  });

/** Messages made of good ones by changes of their fields, of how they are written, and of their bytes. */
export const mutations = (events: readonly unknown[]): fc.Arbitrary<Uint8Array> =>
  fc
    .record({
      event: fc.constantFrom(...events),
      changed: fc.array(changes, { maxLength: 3 }),
      space: fc.oneof(
        { weight: 6, arbitrary: fc.constant('') },
        { weight: 2, arbitrary: fc.constantFrom(' ', '\n', '\t', '\r\n  ') },
        { weight: 1, arbitrary: fc.constantFrom('\f', '\v', '\xa0', '\u2028', '\ufeff', '\0', '/**/') },
      ),
      around: fc.constantFrom('', '', '', ' ', '\n', '\t \r\n'),
      bytes: fc.oneof(
        { weight: 2, arbitrary: fc.constant([]) },
        { weight: 1, arbitrary: fc.array(byteChanges, { minLength: 1, maxLength: 3 }) },
      ),
    })
    .map(({ event, changed, space, around, bytes }) => {
      const json = jsonTextOf(event);
      for (const change of changed) change(json);
      const value = [...Buffer.from(around + written(json, space) + around)];
      for (const change of bytes) change(value);
      return Uint8Array.from(value);
    });
