/** Money is a whole number of fen (1/100 yuan) in a bigint; never a float, never a JS number in a sum. */
export type Fen = bigint;

/** `1234n` → `"12.34"`: yuan with two decimals, as bank files and people write it. */
export function yuanText(fen: Fen): string {
  const sign = fen < 0n ? '-' : '';
  const digits = (fen < 0n ? -fen : fen).toString().padStart(3, '0');
  return `${sign}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** `"12.34"` → `1234n`. Accepts at most two decimals; anything else (exponents, hex, blanks) is undefined. */
export function parseYuan(text: string): Fen | undefined {
  const match = /^(-?)(\d{1,15})(?:\.(\d{1,2}))?$/.exec(text);
  if (!match) return undefined;
  const [, sign, whole, cents = ''] = match;
  const fen = BigInt(whole!) * 100n + BigInt(cents.padEnd(2, '0'));
  return sign ? -fen : fen;
}

/**
 * Splits a total by shares in basis points (1/10 000) that sum to 10 000.
 * Every share is rounded down; the remainder goes to the last one, the lowest level of government.
 */
export function splitFen(total: Fen, basisPoints: readonly number[]): Fen[] {
  if (total < 0n) throw new RangeError('splitFen: the total is negative');
  const sum = basisPoints.reduce((a, b) => a + b, 0);
  if (sum !== 10_000) throw new RangeError(`splitFen: shares sum to ${sum}, not to 10000 basis points`);
  const parts = basisPoints.map((share) => (total * BigInt(share)) / 10_000n);
  const remainder = total - parts.reduce((a, b) => a + b, 0n);
  parts[parts.length - 1] = parts[parts.length - 1]! + remainder;
  return parts;
}
