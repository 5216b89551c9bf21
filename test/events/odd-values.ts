import fc from 'fast-check';
import { longest } from '../../src/events/schema.ts';

/*
 * Values that a reader of order events may get wrong, as JSON text: just within and just beyond every limit of
 * src/events/schema.ts, and what JSON lets one write in several ways.
 */

const quoted = (text: string): string => JSON.stringify(text);

/** One of the words of these texts, which are parted by blanks. */
const words = (...texts: string[]): fc.Arbitrary<string> =>
  fc.constantFrom(...texts.flatMap((text) => text.split(' ')));

/** Characters that some reader somewhere takes for a digit, a blank or nothing at all. */
const oddCharacters = fc.oneof(
  words('', 'a A f F g G 0 1 9 - + . : T Z t z e E _ , / " \\ \' 😀 𝟏 é', '\u0130 \u0660 \uff11 \ufffd'),
  fc.constantFrom(
    ' ',
    '\0',
    '\t',
    '\n',
    '\r',
    '\x7f',
    '\x85',
    '\xa0',
    '\u2028',
    '\ufeff',
    '\ud83d',
    '\ude00',
  ),
);

/** A text with one character replaced or left out. */
const nearly = (...texts: string[]): fc.Arbitrary<string> =>
  fc.tuple(fc.constantFrom(...texts), fc.nat(40), oddCharacters).map(([text, at, odd]) => {
    const place = at % text.length;
    return quoted(text.slice(0, place) + odd + text.slice(place + 1));
  });

const numbers = fc.oneof(
  words(
    '1 2 1.0 1e0 1E+0 10e-1 0.1e1 100e-2 2147483647 2147483647.0 21474836.47e2 2147483647000e-3 1e9',
    '2147483648 2147483647.5 2147483647.00000000001 2147483646.99999999999 9007199254740993 3e9 1e300',
    '0 -0 -0.0 0e5 -1 0.5 1.5 1.0000000000000001 1.00000000000000001 0.99999999999999994 0.99999999999999999',
    '1e-400 1e400 -1e400 4.9e-324 1e99999999999999999999 0e99999999999999999999',
    `1${'0'.repeat(400)} 1.${'0'.repeat(2_000)}1 0.${'9'.repeat(1_200)} 1${'0'.repeat(1_500)}e-1500`,
    '01 0001 - -x +1 .5 1. 1.e0 1e 1e+ 0x1 1_0 NaN Infinity -Infinity 1n \u0661',
    '"1" "" true null [1] {"1":1}',
  ),
  fc.integer({ min: -3, max: 12 }).map(String),
  fc.integer().map(String),
  fc.double({ noDefaultInfinity: true, noNaN: true }).map(String),
);

const prices = fc.oneof(
  words(
    '0 0.0 0.00 0.01 1 19.9 19.90 9999999999 9999999999.99 500.00 1000000000.00 465.66 465.67',
    '10000000000 00 01 00.1 .5 5. 1.234 -1 +1 1e2 1,5 0x1 NaN 999999999999.99 1.\u0661 \uff11',
    `465.661287524579692 ${'9'.repeat(400)}`,
  ).map(quoted),
  fc.constantFrom('', ' 1', '1 ', '1\n', '1\0').map(quoted),
  nearly('74.90', '9999999999.99', '0.5'),
  fc.integer({ min: 0, max: 2_000_000_000_000 }).map((cents) => quoted((cents / 100).toFixed(2))),
  words('74.9 1 null "\\u0031" "1\\u002e5" "1\\/5" "1\\x"'),
);

const instants = fc.oneof(
  words(
    '1900-01-01T00:00:00.000Z 1899-12-31T23:59:59.999Z 2999-12-31T23:59:59.999Z 3000-01-01T00:00:00.000Z',
    '1900-02-29T00:00:00.000Z 2000-02-29T00:00:00.000Z 2100-02-29T00:00:00.000Z 2024-02-29T12:00:00.000Z',
    '2023-02-29T12:00:00.000Z 2026-04-31T00:00:00.000Z 2026-00-10T00:00:00.000Z 2026-13-01T00:00:00.000Z',
    '2026-01-00T00:00:00.000Z 2026-01-32T00:00:00.000Z 2026-01-01T24:00:00.000Z 2026-01-01T23:60:00.000Z',
    '2026-06-30T23:59:60.000Z 2026-01-01T00:00:00.00Z 2026-01-01T00:00:00.0000Z 2026-01-01T00:00:00Z',
    '2026-01-01T00:00:00.000+00:00 2026-01-01T00:00:00.000z 2026-1-01T00:00:00.000Z 1969-12-31T23:59:59.999Z',
    '+002026-01-01T00:00:00.000Z 0000-01-01T00:00:00.000Z infinity',
  ).map(quoted),
  nearly('2026-03-02T14:05:09.120Z', '1999-12-31T23:59:59.999Z'),
  fc
    .date({ min: new Date('1890-01-01'), max: new Date('3010-01-01'), noInvalidDate: true })
    .map((date) => quoted(date.toISOString())),
  words('1772460309 null "2026-03-02T14:05:09.120\\u005a"'),
);

const lengths = [0, 1, longest.email, longest.email + 1, longest.name, longest.name + 1, 5_000];
const texts = fc.oneof(
  fc
    .tuple(words('x é 漢 😀 \\n \\ud83d\\ude00 \\u00e9'), fc.constantFrom(...lengths))
    .map(([character, length]) => `"${character.repeat(length)}"`),
  fc.string({ unit: 'binary', maxLength: 30 }).map(quoted),
  fc.string({ unit: 'grapheme', maxLength: 30 }).map(quoted),
  nearly('Célia "Zé" Macedo', 'celia.macedo@example.com'),
  words(
    '"\\ud83d" "\\ude00" "\\ude00\\ud83d" "\\ud83dx" "\\ud83d\\ud83d\\ude00" "😀\\ude00" "\\uD83D\\uDE00"',
    '"\\u0000" "a\\u0000" "\\u0001" "\\b\\f\\n\\r\\t\\/\\\\\\"" "\\a" "\\u00g0" "\\u00\u01300" "\\u004"',
    '"\\U0041" "\\x41" "\t" "\x01" "\x7f" "\u2028" "\ufeff" "\ufffe" \'x\' " "\\"',
  ),
  fc.constant('"\\u 041"'),
);

const ids = fc.oneof(
  fc.uuid().map(quoted),
  nearly('9be2c7d4-0f35-4d1b-b6a8-7e21f94c5a03'),
  words(
    '"9BE2C7D4-0F35-4D1B-B6A8-7E21F94C5A03" "9be2c7d40f354d1bb6a87e21f94c5a03" 42',
    '"{9be2c7d4-0f35-4d1b-b6a8-7e21f94c5a03}" "00000000-0000-0000-0000-000000000000"',
    '"9be2c7d4-0f35-4d1b-b6a8-7e21f94c5a0\\u0033"',
  ),
);

const states = words('created approved shipped delivered canceled invoiced Created created\0').chain(
  (status) => fc.constantFrom(quoted(status), quoted(`order_${status}`)),
);

const nested = fc
  .tuple(fc.constantFrom(['[', '1', ']'], ['{"a":', '1', '}'], ['[{"":', 'null', '}]']), fc.nat(3_000))
  .map(([[open = '', within = '', close = ''], depth]) => open.repeat(depth) + within + close.repeat(depth));

/** Anything at all. */
export const oddValues = fc.oneof(
  fc.json(),
  fc.json({ stringUnit: 'binary' }),
  nested,
  words('', 'null true false {} [] "" nul True undefined [,] [1,] {,} {"a"} {a:1}'),
  numbers,
  prices,
  instants,
  texts,
  ids,
);

/** What a field of that name may hold, or nearly. */
export function valuesFor(field: string): fc.Arbitrary<string> {
  if (field === 'version' || field === 'quantity') return numbers;
  if (field === 'price') return prices;
  if (field === 'name' || field === 'email') return texts;
  if (field === 'status' || field === 'event_type') return states;
  if (field.endsWith('id')) return ids;
  return field.endsWith('_at') || field.includes('time') ? instants : oddValues;
}
