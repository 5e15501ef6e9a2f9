import type { Decision } from '@app/rules';

/** What stands decided in the books, beside what the rules say of the facts as known now. */
export interface StandingDecision {
  readonly id: bigint;
  readonly outcome: string;
  readonly amountFen: bigint | null;
  readonly version: string;
  readonly factsVersion: number | null;
  readonly decidedAt: Date;
}

export interface ExplainedYear {
  readonly programme: string;
  readonly title: { readonly zh: string; readonly en: string };
  readonly year: number;
  /** Present when the programme pays by application. */
  readonly claim: {
    readonly id: string;
    readonly claimNo: string;
    readonly state: string;
    readonly questions: readonly { readonly reason: string; readonly openedAt: Date }[];
  } | null;
  readonly decision: Decision;
  readonly standing: StandingDecision | null;
}

export interface Explanation {
  readonly person: {
    readonly id: string | null;
    readonly idNumberMask: string | null;
    readonly divisionCode: string | null;
  };
  readonly years: readonly ExplainedYear[];
}
