import type { Difference, DifferenceKind, Figures } from './receipt-reconciliation.types';

/** What should be the same and is not: the bank's word, our receipts, the ledger, the treasury and the fiscal receipts. */
export function differencesOf(figures: Figures): Difference[] {
  const { statedFen, bookedFen, ledgerFen, matchedFen, refundableFen, unmatchedFen } = figures;
  const { collectedFen, remittedFen, underWayFen, givenBackFen, standingFen } = figures;
  const compared: readonly (readonly [DifferenceKind, bigint, bigint])[] = [
    ['bank-total', statedFen ?? bookedFen, bookedFen],
    ['bank-ledger', bookedFen, ledgerFen],
    ['receipt-split', bookedFen, matchedFen + refundableFen + unmatchedFen],
    ['unmatched', figures.openFen, figures.openLedgerFen],
    ['collected', collectedFen, remittedFen + underWayFen + givenBackFen + standingFen],
    ['fiscal-receipts', figures.satisfiedFen, figures.receiptedFen],
  ];
  const missing: Difference[] =
    statedFen === null && bookedFen > 0n ? [{ kind: 'bank-missing', expectedFen: bookedFen, foundFen: 0n }] : [];
  return [
    ...missing,
    ...compared
      .filter(([, expectedFen, foundFen]) => expectedFen !== foundFen)
      .map(([kind, expectedFen, foundFen]) => ({ kind, expectedFen, foundFen })),
  ];
}
