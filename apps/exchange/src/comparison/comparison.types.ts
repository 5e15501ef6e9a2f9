import type { Day } from '@app/kernel';

export type LineOutcome = 'waiting' | 'match' | 'mismatch' | 'not-found' | 'no-reply' | 'set-aside';

/** A batch of persons that the registry compares. */
export interface ComparisonRow {
  readonly id: string;
  readonly purpose: string;
  readonly legalBasis: string;
  readonly divisionCode: string;
  readonly officer: string;
  readonly responsibleName: string;
  readonly unitName: string;
  readonly lineCount: number;
  readonly askedAt: Date;
  readonly dueOn: Day;
  readonly settledAt: Date | null;
  readonly rounds: number;
}

/** One that has lines without a result, with its newest round. */
export interface OpenComparison {
  readonly id: string;
  readonly purpose: string;
  readonly legalBasis: string;
  readonly divisionCode: string;
  readonly nominationId: string;
  readonly dueOn: Day;
  readonly roundId: string;
  readonly round: number;
  readonly isHandedOver: boolean;
  readonly isFinished: boolean;
}

export interface LineRow {
  readonly id: string;
  readonly lineNo: number;
  readonly personMask: string;
  readonly outcome: LineOutcome;
  readonly contentSealed: Buffer | null;
}

export interface SealedLine {
  readonly id: string;
  readonly lineNo: number;
  readonly numberSealed: Buffer;
  readonly nameSealed: Buffer;
}

export interface ComparisonInput {
  readonly purpose: string;
  readonly legalBasis: string;
  readonly division?: string | null;
  readonly lines: readonly { readonly name: string; readonly idNumber: string }[];
}
