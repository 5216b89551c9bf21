const characters = ['x', 'é', '😀'];

/** Both sides of each limit of src/events/schema.ts, by the piece of the example that they stand for. */
export const limits: Readonly<Record<string, readonly string[]>> = {
  '2,"price":"74.90"': [
    '1000,"price":"1000000000" 1000,"price":"999999999.99" 100,"price":"9999999999.99" 1,"price":"9999999999.99"',
    '2147483647,"price":"465.66" 2147483647,"price":"465.67" 2147483647,"price":"0" 2147483648,"price":"0"',
    '0,"price":"1" 1e0,"price":"0.1"',
  ].flatMap((line) => line.split(' ')),
  'Célia Macedo': characters.flatMap((c) => [
    c.repeat(1_000),
    c.repeat(1_001),
    `${c}\\u0000`,
    `\\ud83d${c}`,
    `${c}\\ud83d`,
    '',
  ]),
  'celia.macedo.1f4@example.com': characters.flatMap((c) => [c.repeat(320), c.repeat(321)]),
  '2026-03-02T14:05:09.120Z': [
    '1900-01-01T00:00:00.000Z 1899-12-31T23:59:59.999Z 2999-12-31T23:59:59.999Z 3000-01-01T00:00:00.000Z',
    '1900-02-29T00:00:00.000Z 2000-02-29T00:00:00.000Z 2026-02-29T00:00:00.000Z 2026-04-31T00:00:00.000Z',
    '2026-01-01T24:00:00.000Z 2026-01-01T00:60:00.000Z 2026-06-30T23:59:60.000Z 2026-00-01T00:00:00.000Z',
  ].flatMap((line) => line.split(' ')),
};
