import { type Day, yearOf } from '@app/kernel';
import type { RefundRoute } from './refund.types';

/** Which accounts a refund goes through. */
export const accountOf = {
  /** Money of a bank receipt that is to go back. */
  refundable: (county: string, receiptId: string) => ({
    code: `refundable:${county}:${receiptId}`,
    kind: 'working' as const,
  }),
  /** Gone back to who paid it. */
  refunded: (county: string) => ({ code: `refunded:${county}`, kind: 'final' as const }),
  /** The treasury, which has held what was paid on old cases since long before this ledger began. */
  restitution: (county: string) => ({ code: `restitution:${county}`, kind: 'source' as const }),
};

/** domain/06 §6.1: money of the current year reduces revenue, that of a past year is returned by the treasury (退库). */
export const routeOf = (receivedOn: Day | null, today: Day): RefundRoute =>
  receivedOn !== null && yearOf(receivedOn) === yearOf(today) ? 'reduce-revenue' : 'treasury-return';

/** The last four digits, which the holder knows the account by. */
export const maskAccount = (account: string): string => '*'.repeat(Math.max(0, account.length - 4)) + account.slice(-4);
