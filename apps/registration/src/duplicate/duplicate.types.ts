import type { Day } from '@app/kernel';

/** What is compared of a record. Numbers are blind indexes (hex): equal or not, and nothing else is known of them. */
export interface ComparedRecord {
  readonly numberKey: string | null;
  /** The 15-digit form, where the registry still states that one. */
  readonly legacyKey: string | null;
  readonly idType: string | null;
  readonly certificateKey: string | null;
  /** In the form for matching. */
  readonly name: string;
  readonly born: Day | null;
  readonly sex: number;
  /** The mother's own record or, where she is not registered here, the blind index of her number. */
  readonly mother: string | null;
  readonly father: string | null;
  readonly divisionCode: string;
}

/** How the fields of two records stand to each other; the words are those of the table of weights. */
export interface Levels {
  readonly number: 'same' | 'other' | 'not comparable';
  readonly certificate: 'same' | 'other' | 'not comparable';
  readonly name: 'same short' | 'same' | 'same long' | 'near' | 'unnamed' | 'different';
  readonly born: 'same' | 'swapped' | 'one part' | 'different' | 'not comparable';
  readonly sex: 'same' | 'different' | 'not comparable';
  readonly parents: 'both' | 'one' | 'one of two' | 'different' | 'not comparable';
  readonly place: 'village' | 'township' | 'county' | 'elsewhere';
}

export type Field = keyof Levels;
export type Verdict = 'certain' | 'look' | 'no';

/** One line of the explanation of a pair. */
export interface Compared {
  readonly field: Field;
  readonly level: string;
  /** Tenths of a bit: 10 doubles the odds that it is one person, −10 halves them. */
  readonly points: number;
  readonly zh: string;
  readonly en: string;
}

/** A pair as it stands in the register. */
export interface PairView {
  readonly id: string;
  readonly personA: string;
  readonly personB: string;
  readonly divisionCode: string;
  readonly score: number;
  readonly verdict: Verdict;
  readonly levels: readonly string[];
  readonly state: PairStateName;
  readonly keptId: string | null;
  readonly changeId: string | null;
  readonly foundAt: Date;
  readonly closedAt: Date | null;
}

export type PairStateName = 'open' | 'not-same' | 'merged' | 'gone';

/** Which pairs; what is undefined does not narrow. */
export interface PairFilter {
  /** Leading digits of the division that settles it. */
  readonly prefix: string;
  readonly state?: PairStateName;
  readonly verdict?: Verdict;
}

/** An officer's word that two records are of two people. */
export interface NotSameView {
  readonly id: string;
  readonly personA: string;
  readonly personB: string;
  readonly reason: string;
  readonly saidBy: string;
  readonly saidAt: Date;
  readonly takenBackAt: Date | null;
}

/** Somebody who is about to be registered. */
export interface EnteredPerson {
  readonly name: string | null;
  readonly born: Day | null;
  readonly sex: number;
  readonly idNumber?: string | null;
  readonly birthCertificateNo?: string | null;
  readonly motherId?: string | null;
  readonly fatherId?: string | null;
  readonly divisionCode: string;
}

/** A record that may be the person asked about. */
export interface Match {
  /** Null where the record is another county's: that there is one is said, whose it is not. */
  readonly personId: string | null;
  readonly score: number;
  readonly verdict: Verdict;
  readonly levels: readonly string[];
}

/** What a run did. */
export interface RunSummary {
  readonly isWhole: boolean;
  /** Records that were looked for among all. */
  readonly persons: number;
  /** Pairs that some block brought together. */
  readonly compared: number;
  readonly found: number;
  /** Pairs that no longer look alike, because a record changed. */
  readonly gone: number;
}
