/** A number from 0 up to, not including, 1: always the same for the same seed, question and subject. */
export function chance(seed: number, question: string, subject: string): number {
  let hash = 0x811c9dc5 ^ seed;
  for (const text of [question, '\u0000', subject]) {
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** Which of the kinds a number from 0 to 1 falls on when each takes its share, in the order given; none when it falls behind them. */
export function pick<Kind extends string>(shares: Partial<Record<Kind, number>>, at: number): Kind | undefined {
  let end = 0;
  for (const [kind, share] of Object.entries(shares) as [Kind, number][]) {
    end += share;
    if (at < end) return kind;
  }
  return undefined;
}

/** The same things in an order that only seed and their names decide. */
export function shuffled<Thing>(things: readonly Thing[], nameOf: (thing: Thing) => string, seed: number): Thing[] {
  return things
    .map((thing) => ({ thing, at: chance(seed, 'order', nameOf(thing)) }))
    .sort((a, b) => a.at - b.at)
    .map(({ thing }) => thing);
}
