import type { Answer, Day, UncertainPeriod } from '@app/kernel';

export type FactKind = 'identity' | 'name' | 'membership' | 'kinship' | 'marriage' | 'death';

/** Grades of evidence, the best first: what the household registry states, a judgment, another agency, a paper, one's word. */
export const BASES = ['registry', 'court', 'agency', 'document', 'declared'] as const;
export type Basis = (typeof BASES)[number];

export type ChangeKind =
  | 'registry'
  | 'newborn'
  | 'correction'
  | 'identity'
  | 'kinship'
  | 'kinship-end'
  | 'marriage'
  | 'marriage-end'
  | 'death'
  | 'death-reversal'
  | 'move'
  | 'household'
  | 'household-split'
  | 'household-merge'
  | 'head'
  | 'merge'
  | 'split'
  | 'investigation'
  | 'undo';

/** What a fact says beside its period: which columns it fills depends on the kind, and the table checks it. */
export interface FactContent {
  readonly kind: FactKind;
  readonly personId: string;
  readonly code: string;
  /** The parent, child's guardian or spouse. */
  readonly otherPersonId?: string | null;
  readonly householdId?: string | null;
  /** A name: a former one, or that of a spouse who is not registered here. */
  readonly words?: string | null;
}

export interface NewFact extends FactContent {
  readonly period: UncertainPeriod;
  /** The whole number of a paper; sealed before it is written. */
  readonly number?: string | null;
  readonly isDisputed?: boolean;
}

/** A row as it stands. */
export interface FactRow extends FactContent {
  readonly id: string;
  readonly otherPersonId: string | null;
  readonly householdId: string | null;
  readonly words: string | null;
  readonly numberSealed: Buffer | null;
  readonly numberKey: Buffer | null;
  readonly numberMask: string | null;
  readonly period: UncertainPeriod;
  readonly isDisputed: boolean;
  readonly basis: Basis;
  readonly sourceRef: string | null;
  readonly recordedBy: string;
  readonly recordedAt: Date;
  readonly endedBy: string | null;
  readonly endedAt: Date | null;
}

/** Why something is changed: the same for every row of one change. */
export interface ChangeInput {
  readonly kind: ChangeKind;
  /** Everybody it is about: locked before anything is decided. */
  readonly persons: readonly string[];
  readonly households?: readonly string[];
  readonly basis: Basis;
  /** Number of the paper, judgment or message. */
  readonly sourceRef?: string | null;
  readonly reason: string;
  /** What a correction replaces, for its undo. */
  readonly before?: Readonly<Record<string, unknown>>;
  readonly undoes?: string;
  /** The import, for kind `registry`. */
  readonly batchId?: string;
}

/** One change as the journal has it. */
export interface ChangeView {
  readonly id: string;
  readonly kind: ChangeKind;
  readonly basis: Basis;
  readonly sourceRef: string | null;
  readonly reason: string;
  readonly persons: readonly string[];
  /** Those of them whom the caller may see. */
  readonly shown: readonly string[];
  readonly households: readonly string[];
  readonly before: Readonly<Record<string, unknown>>;
  readonly undoes: string | null;
  readonly undoneBy: string | null;
  readonly actor: string;
  readonly at: Date;
}

/** At which day of life, and at which moment of our knowledge. */
export interface AsOf {
  /** Undefined is every day. */
  readonly validOn?: Day;
  /** Undefined is now. */
  readonly knownAt?: Date;
}

/** A fact with the answer for the day that was asked. */
export interface FactAnswer extends FactRow {
  readonly answer: Answer;
}
