import { type Day, type Fen, yearOf } from '@app/kernel';
import type { OpenShare, RemittanceRoute } from './remittance.types';

/** domain/06 §6.1: money of the current year reduces the expenditure of its line, that of a past year goes to the treasury. */
export const routeOf = (year: number, day: Day): RemittanceRoute =>
  year >= yearOf(day) ? 'reduce-expenditure' : 'treasury-return';

/** What a line remits of each share: oldest first, and nothing of what was given back. */
export function takeParts(
  shares: readonly OpenShare[],
  returned: ReadonlyMap<string, Fen>,
  wanted: Fen,
): { stepId: string; fen: Fen }[] {
  const back = new Map(returned);
  const free = new Map<string, Fen>();
  for (const { stepId, pair, fen } of shares.toReversed()) {
    const gone = least(back.get(pair) ?? 0n, fen);
    back.set(pair, (back.get(pair) ?? 0n) - gone);
    free.set(stepId, fen - gone);
  }
  const taken = new Map<string, Fen>();
  let left = wanted;
  // What a payment gave back may have come out of another's money; then its own stands in its place.
  for (const most of [free, new Map(shares.map(({ stepId, fen }) => [stepId, fen]))]) {
    for (const { stepId } of shares) {
      const part = least(left, most.get(stepId)! - (taken.get(stepId) ?? 0n));
      if (part > 0n) taken.set(stepId, (taken.get(stepId) ?? 0n) + part);
      left -= part > 0n ? part : 0n;
    }
  }
  return [...taken].map(([stepId, fen]) => ({ stepId, fen }));
}

const least = (a: Fen, b: Fen): Fen => (a < b ? a : b);

export interface HashedLine {
  readonly line: number;
  readonly level: string;
  readonly year: number;
  readonly fen: Fen;
  readonly route: RemittanceRoute;
  readonly transferId: string;
}

/** What the approving officer signs, before it is hashed; remittance_hash() in PostgreSQL says the same. */
export function contentText(county: string, day: Day, lines: readonly HashedLine[]): string {
  const text = lines.map((one) => [one.line, one.level, one.year, one.fen, one.route, one.transferId].join('|'));
  return `${county}|${day}|${text.join(';')}`;
}

/** The reference that the bank knows a line by; the same however often its file is written. */
export const endToEndId = (remittanceId: string, line: number): string =>
  `R${remittanceId.replaceAll('-', '')}${String(line).padStart(2, '0')}`;
