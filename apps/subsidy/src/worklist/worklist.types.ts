/** A question for a person as it is shown. */
export interface ReviewCaseView {
  readonly id: string;
  readonly reason: string;
  readonly claimId: string | null;
  readonly divisionCode: string | null;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly state: 'open' | 'resolved';
  readonly decision: string | null;
  readonly note: string | null;
  readonly openedAt: Date;
  readonly resolvedBy: string | null;
  readonly resolvedAt: Date | null;
}
