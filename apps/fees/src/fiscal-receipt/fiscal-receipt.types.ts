import type { Day, Fen } from '@app/kernel';

/** Where a receipt stands: a spoilt or lost one is ended, and another one replaces it. */
export type FiscalReceiptState = 'issued' | 'voided' | 'lost';

/** Numbers that the treasury allotted to an office. */
export interface NewSeries {
  /** Twelve digits: the county or an office in it. */
  readonly divisionCode: string;
  /** What is printed before the number (票据代码). */
  readonly receiptCode: string;
  readonly firstNo: bigint;
  readonly lastNo: bigint;
  /** By which they were allotted. */
  readonly document: string;
}

/** A series with what became of its numbers: allotted = issued + voided + lost + returned + left, to the number. */
export interface SeriesRow {
  readonly id: string;
  readonly divisionCode: string;
  readonly receiptCode: string;
  readonly firstNo: string;
  readonly lastNo: string;
  readonly document: string;
  readonly allottedBy: string;
  readonly allottedOn: Day;
  readonly allotted: number;
  readonly issued: number;
  readonly voided: number;
  readonly lost: number;
  readonly returned: number;
  readonly left: number;
  /** Losses whose report is still to be made. */
  readonly unreported: number;
}

export interface GapRow {
  readonly id: string;
  readonly seriesId: string;
  readonly kind: 'lost' | 'returned';
  readonly firstNo: string;
  readonly lastNo: string;
  readonly reason: string;
  readonly happenedOn: Day;
  readonly reportDueOn: Day | null;
  readonly reportedOn: Day | null;
}

export interface FiscalReceiptRow {
  readonly id: string;
  readonly number: string;
  readonly seriesId: string;
  readonly stepId: string;
  readonly receivableId: string;
  readonly bankReceiptId: string;
  readonly divisionCode: string;
  readonly payerName: string;
  readonly fen: Fen;
  readonly state: FiscalReceiptState;
  readonly replaces: string | null;
  readonly issuedBy: string;
  readonly issuedOn: Day;
  readonly endedOn: Day | null;
  readonly endReason: string | null;
  readonly reportDueOn: Day | null;
  readonly reportedOn: Day | null;
}

/** A loss whose report is not made yet. */
export interface OpenLoss {
  readonly id: string;
  readonly what: 'blank' | 'receipt';
  readonly divisionCode: string;
  readonly firstNumber: string;
  readonly lastNumber: string;
  readonly happenedOn: Day;
  readonly reportDueOn: Day | null;
}
