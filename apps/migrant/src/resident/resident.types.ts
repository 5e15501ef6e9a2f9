import type { Day } from '@app/kernel';
import type { ResidenceBasis } from '../residence/residence.types';

export type Sex = 0 | 1 | 2 | 9;

/** Somebody as a notice names them. */
export interface NamedPerson {
  readonly name: string;
  readonly sex: Sex;
  readonly born: Day | null;
  /** `111` is the resident identity card; null while there is no number, as of a newborn. */
  readonly idType: string | null;
  readonly idNumber: string | null;
  /** The person of our register, where it is known already. */
  readonly personId: string | null;
}

export interface ResidentRow {
  readonly id: string;
  readonly personId: string | null;
  readonly name: string;
  readonly sex: Sex;
  readonly born: Day | null;
  readonly idType: string | null;
  readonly idNumberMask: string | null;
}

/** Where the household registration is, with the days it is known for. */
export interface OriginRow {
  readonly id: string;
  readonly residentId: string;
  readonly divisionCode: string;
  readonly from: Day | null;
  readonly until: Day | null;
  readonly basis: ResidenceBasis;
  readonly sourceRef: string | null;
  readonly recordedAt: Date;
}

/** What was said of where somebody's registration is. */
export interface StatedOrigin {
  readonly divisionCode: string;
  readonly from: Day | null;
  readonly basis: ResidenceBasis;
  readonly sourceRef: string | null;
}
