import type { Day, PartialDay } from '@app/kernel';
import type { Basis } from '../fact/fact.types';

/** What a change rests on: the grade, the paper's or message's number, and why. */
export interface Evidence {
  readonly basis: Basis;
  readonly sourceRef?: string | null;
  readonly reason: string;
}

export type PaperKind =
  '111' | '111_15' | 'HMT_RESIDENCE' | 'PERMANENT_RESIDENT' | 'HM_PASS' | 'TW_PASS' | 'PASSPORT' | 'BIRTH_CERTIFICATE';

export interface Newborn {
  /** Null while the child has none: the register then says so in the mother's or father's name. */
  readonly name: string | null;
  readonly sex: 0 | 1 | 2 | 9;
  readonly born: Day;
  readonly birthCertificateNo: string | null;
  readonly motherId: string | null;
  readonly fatherId: string | null;
  readonly divisionCode: string;
}

export type KinshipKind = 'birth-father' | 'birth-mother' | 'adoptive-father' | 'adoptive-mother' | 'guardian';

/** From the first day on which it holds to the first on which it does not; unknown days are null with the flag set. */
export interface AskedPeriod {
  readonly from: PartialDay | 'unknown' | null;
  readonly until: PartialDay | 'unknown' | null;
}

export interface Member {
  readonly personId: string;
  /** GB/T 4761. */
  readonly relation: string;
}

export interface NewHousehold {
  readonly householdNo: string;
  readonly divisionCode: string;
  readonly householdType: 'urban' | 'rural' | 'unified' | null;
  readonly address: string | null;
}
