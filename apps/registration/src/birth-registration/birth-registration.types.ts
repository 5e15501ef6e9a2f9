import type { Day, DivisionCode } from '@app/kernel';
import type { BirthRegistrationState } from './birth-registration.state';

export type PartyRole = 'mother' | 'father';
export type Channel = 'counter' | 'village' | 'online';
export type Outcome = 'confirmed' | 'mismatch' | 'not_found' | 'no_reply';
export type Look = 'ANSWER_MISMATCH' | 'REGISTERED_ELSEWHERE' | 'SECOND_NOTICE' | 'TEXT_ASKS_MORE';

/** Who asks, beside what the context says: a citizen acts for themselves only. */
export interface Asker {
  readonly id: string;
  readonly channel: Channel;
  /** Blind index (hex) of a citizen's own number; absent for an officer. */
  readonly ownKey?: string;
}

/** A parent as given: by the id of a registered person, or described. */
export interface PartyInput {
  readonly role: PartyRole;
  readonly personId?: string | null;
  readonly name?: string | null;
  readonly idType?: string | null;
  readonly idNumber?: string | null;
  readonly hukouDivision?: string | null;
  readonly residenceDivision?: string | null;
  readonly residentSince?: Day | null;
  readonly hasResidencePermit?: boolean | null;
  readonly maritalStatus?: string | null;
}

export interface ChildInput {
  readonly order: number;
  readonly bornOn: Day;
  readonly sex?: number | null;
  readonly birthCertificateNo?: string | null;
}

export interface EarlierChildInput {
  readonly bornOn: Day;
  readonly isJoint?: boolean | null;
  readonly isAdopted?: boolean | null;
  readonly isLiving?: boolean | null;
  readonly isBeforeMarriage?: boolean | null;
}

export interface CommitmentInput {
  readonly facts: readonly string[];
  readonly textVersion: string;
  readonly signedBy: PartyRole;
  readonly signedOn: Day;
  readonly agentName?: string | null;
  readonly agentRelation?: string | null;
}

/** What somebody says of a birth; the whole of it, also when a part is corrected. */
export interface Statement {
  readonly parties: readonly PartyInput[];
  /** `YYYY-MM`, before the birth. */
  readonly expectedMonth?: string | null;
  readonly children?: readonly ChildInput[] | null;
  readonly earlierChildren?: readonly EarlierChildInput[] | null;
  /** Where the parties say the birth may be registered already. */
  readonly registeredElsewhere?: string | null;
  readonly commitment?: CommitmentInput | null;
}

export interface FileRequest extends Statement {
  /** The client's own reference: filed twice, it is one registration. */
  readonly clientRef: string;
  readonly division: DivisionCode;
}

export interface BirthRegistrationRow {
  readonly id: string;
  readonly divisionCode: string;
  readonly channel: Channel;
  readonly owner: string | null;
  readonly state: BirthRegistrationState;
  readonly version: number;
  readonly notices: number;
  readonly look: Look | null;
  readonly receivedOn: Day;
  readonly dueOn: Day | null;
  readonly registeredAt: Date | null;
  readonly endedAt: Date | null;
  readonly toldWhere: string | null;
  readonly expectedMonth: Day | null;
  readonly childCount: number;
  readonly declaredCode: string | null;
  readonly judged: readonly string[];
}

export interface PartyRow {
  readonly id: string;
  readonly registrationId: string;
  readonly role: PartyRole;
  readonly personId: string | null;
  readonly name: string;
  readonly idType: string | null;
  readonly idNumberMask: string | null;
  readonly hukouCode: string | null;
  readonly residenceCode: string | null;
  readonly residentSince: Day | null;
  readonly hasPermit: boolean | null;
  readonly maritalStatus: string | null;
}

export interface ChildRow {
  readonly id: string;
  readonly registrationId: string;
  readonly kind: 'born' | 'earlier';
  readonly birthOrder: number;
  readonly bornOn: Day;
  readonly sex: number;
  readonly certificateMask: string | null;
}

export interface ActionRow {
  readonly registrationId: string;
  readonly seq: number;
  readonly kind: string;
  readonly fromState: string;
  readonly toState: string;
  readonly version: number;
  readonly items: readonly string[];
  readonly note: string | null;
  readonly actor: string;
  readonly at: Date;
}

export interface CommitmentRow {
  readonly registrationId: string;
  readonly version: number;
  readonly facts: readonly string[];
  readonly textVersion: string;
  readonly signedBy: PartyRole;
  readonly agentName: string | null;
  readonly agentRelation: string | null;
  readonly signedOn: Day;
}

export interface QuestionRow {
  readonly id: string;
  readonly registrationId: string;
  readonly partyId: string;
  readonly subjectId: string | null;
  readonly askedCode: string;
  readonly purpose: string;
  readonly legalBasis: string;
  readonly fieldsWanted: readonly string[];
  readonly askedBy: string;
  readonly askedAt: Date;
  readonly dueOn: Day | null;
  readonly outcome: Outcome | null;
  readonly office: string | null;
  readonly note: string | null;
  readonly answeredBy: string | null;
  readonly answeredAt: Date | null;
}
