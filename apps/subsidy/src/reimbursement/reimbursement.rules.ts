import type { Day, Fen } from '@app/kernel';
import { portion } from '../portability/portability.rules';
import type { Booked, Payment, Responsible } from './reimbursement.types';

/** What has to be booked anew between the payer of one payment and one other place. */
export interface Correction {
  readonly drop: readonly string[];
  readonly book: {
    readonly debtor: { county: string; isElsewhere: boolean };
    readonly creditor: { county: string; isElsewhere: boolean };
    readonly fen: Fen;
    readonly from: Day;
    readonly until: Day;
  } | null;
}

/**
 * What places owe each other for one payment, against what is booked. A debt that is not settled yet is dropped and booked anew;
 * one that is settled stays, and what it was too much is owed back the other way.
 */
export function corrections(
  payment: Payment,
  responsible: readonly Responsible[],
  booked: readonly Booked[],
): Correction[] {
  const owed = owedFor(payment, responsible);
  const others = new Map<string, boolean>();
  for (const [county, { isElsewhere }] of owed) others.set(county, isElsewhere);
  for (const row of booked) {
    const isOwed = row.creditorCounty === payment.county;
    const [county, isElsewhere] = isOwed
      ? [row.debtorCounty, row.debtorElsewhere]
      : [row.creditorCounty, row.creditorElsewhere];
    others.set(county, isElsewhere);
  }
  return [...others].sort().flatMap(([county, isElsewhere]) => {
    const between = booked.filter((row) => row.debtorCounty === county || row.creditorCounty === county);
    const want = owed.get(county)?.fen ?? 0n;
    if (sum(between, payment.county) === want) return [];
    const settled = between.filter(({ state }) => state === 'settled');
    const difference = want - sum(settled, payment.county);
    const [other, payer] = [
      { county, isElsewhere },
      { county: payment.county, isElsewhere: false },
    ];
    const days = owed.get(county) ?? payment;
    return {
      drop: between.filter(({ state }) => state === 'open').map(({ id }) => id),
      book:
        difference === 0n
          ? null
          : {
              debtor: difference > 0n ? other : payer,
              creditor: difference > 0n ? payer : other,
              fen: difference > 0n ? difference : -difference,
              from: days.from,
              until: days.until,
            },
    };
  });
}

/** By county, what others owe the payer: nothing as long as the money has not reached the family. */
function owedFor(payment: Payment, responsible: readonly Responsible[]) {
  const owed = new Map<string, { fen: Fen; isElsewhere: boolean; from: Day; until: Day }>();
  if (!payment.isPaid) return owed;
  for (const { county, isElsewhere, from, until } of responsible) {
    if (county === payment.county || from >= payment.until || (until !== null && until <= payment.from)) continue;
    const fen = portion(payment.fen, payment, { from, until });
    if (fen === 0n) continue;
    const before = owed.get(county);
    const [start, end] = [later(from, payment.from), earlier(until, payment.until)];
    owed.set(county, {
      isElsewhere,
      fen: fen + (before?.fen ?? 0n),
      from: before?.from ?? start,
      until: end,
    });
  }
  return owed;
}

const sum = (rows: readonly Booked[], payer: string): Fen =>
  rows.reduce((total, row) => total + (row.creditorCounty === payer ? row.fen : -row.fen), 0n);

const later = (a: Day, b: Day): Day => (a > b ? a : b);
const earlier = (a: Day | null, b: Day): Day => (a === null || a > b ? b : a);
