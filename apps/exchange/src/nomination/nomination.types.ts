import type { Day } from '@app/kernel';

/** An officer who is named to the household registry. */
export interface Nomination {
  readonly id: string;
  readonly officer: string;
  readonly name: string;
  readonly unitCode: string;
  readonly unitName: string;
  readonly divisionCode: string;
  readonly isResponsible: boolean;
  readonly from: Day;
  /** The last day; null while nobody ended it. */
  readonly until: Day | null;
  readonly nominatedBy: string;
}

/** In whose name a question is asked. */
export interface Clerk {
  readonly nominationId: string;
  readonly clerk: { readonly idNumber: string; readonly name: string };
  readonly unit: { readonly code: string; readonly name: string };
}

export interface NominationInput {
  readonly officer: string;
  readonly name: string;
  readonly idNumber: string;
  readonly unitCode: string;
  readonly unitName: string;
  readonly division: string;
  readonly isResponsible: boolean;
  readonly from: Day;
}
