import type { RegistryAsker, RegistryOutcome, RegistryPurpose } from '@app/contracts';
import type { Day } from '@app/kernel';
import type { RegistryRecord } from '../household-registry/household-registry.types';

/** Apps of the house, and officers by the graph. */
export type Asker = RegistryAsker | 'officer';
export type QuestionKind = 'verify' | 'query';

/** A question without what it tells of somebody. */
export interface QuestionRow {
  readonly id: string;
  readonly asker: Asker;
  readonly reference: string;
  readonly kind: QuestionKind;
  readonly purpose: RegistryPurpose;
  readonly legalBasis: string;
  readonly divisionCode: string;
  readonly officer: string | null;
  readonly personMask: string;
  readonly askedAt: Date;
  readonly dueOn: Day;
  readonly nextAt: Date | null;
  readonly outcome: RegistryOutcome;
  readonly settledAt: Date | null;
  readonly answerId: string | null;
}

/** One that is about to be asked. */
export interface OpenQuestion extends QuestionRow {
  readonly subjectKey: Buffer;
  readonly personKey: Buffer;
  readonly numberSealed: Buffer;
  readonly nameSealed: Buffer;
  /** How often the registry was asked in vain. */
  readonly tries: number;
}

/** What is kept, sealed, of an answer. */
export interface AnswerContent {
  readonly isDeathMarked: boolean | null;
  readonly records: readonly RegistryRecord[];
}

export interface AttemptRow {
  readonly questionId: string;
  readonly at: Date;
  readonly milliseconds: number;
  readonly outcome: string;
  readonly clerkName: string | null;
  readonly unitName: string | null;
}

export interface QuestionFilter {
  readonly prefix: string;
  readonly outcome?: RegistryOutcome;
  readonly purpose?: string;
  readonly officer?: string;
  readonly from?: Day;
  readonly to?: Day;
}

/** What whoever asked at the counter is told. */
export interface Verified {
  readonly question: { readonly id: string };
  readonly outcome: RegistryOutcome;
  readonly isDeathMarked: boolean | null;
}

/** What is asked, read and keyed. */
export interface NewQuestion {
  readonly id: string;
  readonly asker: Asker;
  readonly reference: string;
  readonly kind: QuestionKind;
  readonly purpose: RegistryPurpose;
  readonly legalBasis: string;
  readonly divisionCode: string;
  readonly officer: string | null;
  readonly idNumber: string;
  readonly name: string;
}
