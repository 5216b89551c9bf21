/** What an index counts; part of every hash, so that customer 7 and order 7 have nothing in common. */
export const kinds = {
  customer: 1,
  product: 2,
  order: 3,
  day: 4,
  demand: 5,
  block: 6,
  price: 7,
  words: 8,
} as const;
export type Kind = (typeof kinds)[keyof typeof kinds];

/**
 * Writes 128 bits for (seed, kind, index) into `into`. The mix is a permutation of its 128-bit input (quarter rounds of
 * ChaCha, each of them reversible), so that two indices of one seed never share an id, at any scale.
 */
export function mix(seed: number, kind: Kind, index: number, into: Int32Array): void {
  let a = (index ^ 0x61707865) | 0;
  let b = ((kind << 24) ^ Math.floor(index / 0x1_0000_0000) ^ 0x3320646e) | 0;
  let c = (seed ^ 0x79622d32) | 0;
  let d = (Math.floor(seed / 0x1_0000_0000) ^ 0x6b206574) | 0;
  for (let round = 0; round < 4; round++) {
    a = (a + b) | 0;
    d ^= a;
    d = (d << 16) | (d >>> 16);
    c = (c + d) | 0;
    b ^= c;
    b = (b << 12) | (b >>> 20);
    a = (a + b) | 0;
    d ^= a;
    d = (d << 8) | (d >>> 24);
    c = (c + d) | 0;
    b ^= c;
    b = (b << 7) | (b >>> 25);
    // The words change places: each takes every part in turn.
    const first = a;
    a = (b + 0x9e3779b9) | 0;
    b = c;
    c = d;
    d = first;
  }
  into[0] = a;
  into[1] = b;
  into[2] = c;
  into[3] = d;
}

/**
 * Random numbers that belong to one (seed, kind, index): whoever asks for order 5 gets the same numbers, whatever was
 * asked before. `mix` gives the state, sfc32 (Chris Doty-Humphrey, PractRand) the stream. Makes no object after its own.
 */
export class Random {
  private readonly seed: number;
  private readonly kind: Kind;
  private readonly state = new Int32Array(4);

  constructor(seed: number, kind: Kind) {
    this.seed = seed;
    this.kind = kind;
  }

  /** Starts the stream of `index`. */
  at(index: number): this {
    mix(this.seed, this.kind, index, this.state);
    return this;
  }

  /** Starts the stream of `index`, whose id is already in `words`: saves the second mix. */
  from(words: Int32Array): this {
    const s = this.state;
    s[0] = words[0] as number;
    s[1] = words[1] as number;
    s[2] = words[2] as number;
    s[3] = words[3] as number;
    return this;
  }

  /** Uniform in [0, 1), 32 bits. */
  uniform(): number {
    const s = this.state;
    const b = s[1] as number;
    const c = s[2] as number;
    const d = s[3] as number;
    const t = ((((s[0] as number) + b) | 0) + d) | 0;
    s[3] = d + 1;
    s[0] = b ^ (b >>> 9);
    s[1] = c + (c << 3);
    s[2] = ((c << 21) | (c >>> 11)) + t;
    return (t >>> 0) / 0x1_0000_0000;
  }

  /** Uniform in 0 … n-1. */
  below(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** Standard normal, by Box and Muller. */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }
}
