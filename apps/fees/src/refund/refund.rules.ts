import { type Day, yearOf } from '@app/kernel';
import type { RefundRoute } from './refund.types';

/** The treasury, which has held what was paid on old cases since long before this ledger began. */
export const restitutionOf = (county: string) => ({ code: `restitution:${county}`, kind: 'source' as const });

/** domain/06 §6.1: money of the current year reduces revenue, that of a past year is returned by the treasury (退库). */
export const routeOf = (receivedOn: Day | null, today: Day): RefundRoute =>
  receivedOn !== null && yearOf(receivedOn) === yearOf(today) ? 'reduce-revenue' : 'treasury-return';

/** The last four digits, which the holder knows the account by. */
export const maskAccount = (account: string): string => '*'.repeat(Math.max(0, account.length - 4)) + account.slice(-4);

/** The reference that the bank knows a try by; the same however often its file is written. */
export const endToEndId = (refundId: string, tryNo: number): string =>
  `F${refundId.replaceAll('-', '')}${String(tryNo).padStart(2, '0')}`;
