import type { Day } from '@app/kernel';

/** A person as the graph shows them: nothing here opens a sealed number. */
export interface PersonView {
  readonly id: string;
  readonly registryPersonId: string;
  readonly name: string;
  readonly sex: number;
  readonly ethnicity: string | null;
  readonly idType: string | null;
  readonly idNumberMask: string | null;
  readonly idNumberShared: boolean;
  readonly hasBirthCertificate: boolean;
  readonly born: Day | null;
  readonly died: Day | null;
  readonly status: number;
  readonly householdId: string | null;
  readonly relationToHead: string | null;
  readonly householdType: string | null;
  readonly divisionCode: string;
  readonly address: string | null;
  readonly fatherId: string | null;
  readonly motherId: string | null;
  readonly maritalStatus: string | null;
  readonly movedInOn: Day | null;
  readonly movedOutOn: Day | null;
  readonly updatedAt: Date;
  readonly recordedAt: Date;
  /** The record that this one was found to be the same person as. */
  readonly mergedInto: string | null;
}

/** Which persons; what is undefined does not narrow. */
export interface PersonFilter {
  /** Leading digits of the division code. */
  readonly prefix: string;
  readonly householdId?: string;
  readonly status?: number;
  readonly bornFrom?: string;
  readonly bornTo?: string;
  /** Leading characters, in the form for matching. */
  readonly nameMatch?: string;
}
