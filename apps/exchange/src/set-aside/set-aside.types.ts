/** A reply that must not be used, without what it says. */
export interface SetAsideRow {
  readonly id: string;
  readonly questionId: string | null;
  readonly comparisonId: string | null;
  readonly lineNo: number | null;
  readonly divisionCode: string;
  readonly reason: string;
  readonly at: Date;
  readonly settledBy: string | null;
  readonly settledAt: Date | null;
  readonly note: string | null;
}

/** What a reply that must not be used was about. */
export interface SetAsideAbout {
  readonly questionId?: string;
  readonly lineId?: string;
  readonly divisionCode: string;
  readonly reason: string;
}
