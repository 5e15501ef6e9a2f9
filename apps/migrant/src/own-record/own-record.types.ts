import type { Day } from '@app/kernel';
import type { Kept } from '../retention/retention.types';

/** Whoever's record it is: the citizen, or a minor child of theirs. */
export interface OwnResident {
  readonly id: string;
  readonly name: string;
}

/** What somebody is known by in this app. */
export interface Subject {
  readonly residents: readonly string[];
  /** Of the register of persons. */
  readonly persons: readonly string[];
  /** Blind indexes of their number. */
  readonly keys: readonly Buffer[];
}

/** What a citizen has asked for here without being on record as somebody who moved. */
export const REST = 'rest';

/** Somebody looked at the record or did something about it. */
export interface RecordAccess {
  readonly at: Date;
  readonly kind: 'read' | 'done';
  readonly actor: string;
  /** Leading digits of what the actor may see; null for a citizen. */
  readonly division: string | null;
  readonly operation: string;
  readonly purpose: string;
  readonly caseRef: string | null;
  readonly fields: readonly string[];
}

export type Cell = string | number | boolean | null | readonly unknown[] | object;

/** The rows of one table that are about somebody, but for columns that are withheld. */
export interface HeldRows {
  readonly table: string;
  readonly rows: readonly Readonly<Record<string, Cell>>[];
  /** Column → why it is left out. */
  readonly withheld: Readonly<Record<string, string>>;
}

/** Everything about one resident, for whoever it is about. */
export interface WholeRecord {
  readonly person: OwnResident;
  readonly held: readonly HeldRows[];
  readonly accesses: readonly RecordAccess[];
  readonly kept: readonly Kept[];
  readonly today: Day;
}

export const REQUEST_KINDS = ['correction', 'objection', 'deletion'] as const;
export type RequestKind = (typeof REQUEST_KINDS)[number];

export const REFUSAL_REASONS = ['kept-by-law', 'still-needed', 'held', 'found-right', 'not-shown'] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** What somebody asks about their own record. */
export interface OwnRequest {
  readonly id: string;
  readonly residentId: string;
  readonly kind: RequestKind;
  readonly wish: string;
  readonly evidence: string | null;
  readonly askedAt: Date;
  readonly dueOn: Day;
  readonly state: 'open' | 'granted' | 'refused' | 'withdrawn';
  readonly reason: RefusalReason | null;
  readonly answer: string | null;
  readonly answeredAt: Date | null;
}

/** An answer to a request. */
export interface Settlement {
  readonly isGranted: boolean;
  readonly reason: RefusalReason | null;
  readonly words: string;
}
