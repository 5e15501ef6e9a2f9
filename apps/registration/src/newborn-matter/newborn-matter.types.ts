import type { Day } from '@app/kernel';
import type { SubCaseState } from './newborn-matter.state';

/** What a newborn matter can hold, by the code of its part. */
export const ITEMS = [
  'birth-certificate',
  'household-registration',
  'vaccination-card',
  'medical-insurance',
  'social-security-card',
  'childcare-subsidy',
  'registration-voucher',
  'birth-expenses',
  'parenting-guidance',
] as const;
export type Item = (typeof ITEMS)[number];

export type Authority =
  'hospital' | 'police' | 'vaccination-point' | 'medical-insurance' | 'human-resources' | 'township-health';

export type ParentRole = 'mother' | 'father';

/** One dated row: what a region offers, who owns it and how long it may take. */
export interface ItemRow {
  readonly region: string;
  readonly item: Item;
  readonly authority: Authority;
  readonly isOffered: boolean;
  readonly workingDays: number;
  readonly from: Day;
  readonly source: string;
  readonly status: 'confirmed' | 'assumed';
}

/** One dated row: for whom a region's joint channel is. */
export interface ChannelRow {
  readonly region: string;
  readonly ageMonthsMax: number | null;
  readonly needsWedlock: boolean;
  readonly localParents: number;
  readonly source: string;
}

export type ChannelReason = 'CHILD_TOO_OLD' | 'PARENTS_NOT_MARRIED' | 'PARENTS_NOT_LOCAL';

/** A parent as whoever starts the matter names them. */
export interface NamedParent {
  readonly name: string;
  readonly number: string;
}

/** What is needed to open a matter, whoever opens it. */
export interface Opening {
  readonly certificateNo: string | null;
  readonly born: Day;
  readonly sex: 0 | 1 | 2 | 9;
  readonly childName: string | null;
  readonly division: string | null;
  readonly mother: NamedParent | null;
  readonly father: NamedParent | null;
}

/** A parent as far as the register knows them. */
export interface KnownParent {
  readonly id: string;
  readonly divisionCode: string;
  readonly maritalStatus: string | null;
}

export interface MatterView {
  readonly id: string;
  readonly caseNo: string;
  readonly divisionCode: string;
  readonly childId: string;
  readonly childName: string | null;
  readonly sex: 0 | 1 | 2 | 9;
  readonly born: Day;
  readonly hasCertificate: boolean;
  readonly channel: 'joint' | 'single';
  readonly channelReasons: readonly ChannelReason[];
  readonly startedBy: 'hospital' | 'parents' | 'township';
  readonly openedOn: Day;
  readonly openedAt: Date;
}

export interface ParentView {
  readonly id: string;
  readonly matterId: string;
  /** As the graph writes it. */
  readonly role: 'MOTHER' | 'FATHER';
  readonly name: string;
  readonly numberMask: string;
  readonly person: { readonly id: string } | null;
}

export interface SubCaseView {
  readonly id: string;
  readonly matterId: string;
  readonly item: Item;
  readonly authority: Authority;
  readonly workingDays: number;
  readonly source: string;
  readonly state: SubCaseState;
  readonly events: number;
  readonly openedOn: Day | null;
  readonly dueOn: Day | null;
  readonly applicant: ParentRole | null;
  readonly reason: string | null;
  readonly reference: string | null;
  /** Where the childcare subsidy's claim stands; null for other parts. */
  readonly claimState: string | null;
  readonly isOverdue: boolean;
  readonly remindedAt: Date | null;
}

export interface SubCaseEventView {
  readonly subCaseId: string;
  readonly seq: number;
  readonly from: SubCaseState;
  readonly to: SubCaseState;
  readonly actor: string;
  readonly reason: string | null;
  readonly at: Date;
}

/** A settled word about one part, as an officer enters it. */
export type Settlement = 'DONE' | 'FAILED' | 'WAITING' | 'REOPENED';
