/**
 * Seeded random integers: xoshiro128**, its state filled by splitmix32. Only 32-bit integer operations, so a seed
 * gives the same county on every machine. Streams of one seed are independent: leaving one out does not move another.
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  constructor(seed: number, stream: number) {
    let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(stream, 0x85ebca6b)) | 0;
    const fill = (): number => {
      state = (state + 0x9e3779b9) | 0;
      let word = state ^ (state >>> 16);
      word = Math.imul(word, 0x21f0aaad);
      word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
      return word ^ (word >>> 15);
    };
    [this.a, this.b, this.c, this.d] = [fill(), fill(), fill(), fill() | 1];
  }

  /** 0 … 2³²−1. */
  next(): number {
    const five = Math.imul(this.b, 5);
    const result = Math.imul((five << 7) | (five >>> 25), 9) >>> 0;
    const shifted = this.b << 9;
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= shifted;
    this.d = (this.d << 11) | (this.d >>> 21);
    return result;
  }

  /** 0 … count−1. */
  below(count: number): number {
    return this.next() % count;
  }

  /** Both ends included. */
  between(low: number, high: number): number {
    return low + (this.next() % (high - low + 1));
  }

  chance(perMille: number): boolean {
    return this.next() % 1000 < perMille;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.next() % list.length]!;
  }

  /** An index, drawn with the given whole-number weights. */
  weighted(weights: readonly number[]): number {
    let rest = this.below(weights.reduce((sum, weight) => sum + weight, 0));
    for (let i = 0; i < weights.length; i++) if ((rest -= weights[i]!) < 0) return i;
    return weights.length - 1;
  }
}
