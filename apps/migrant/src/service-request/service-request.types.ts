import type { Day } from '@app/kernel';
import type { ServiceRequestState } from './service-request.state';

export type Household = 'local' | 'newcomer';

/** A service as it is owed in a place on a day. */
export interface Entitlement {
  readonly id: string;
  readonly code: string;
  /** Leading digits of the division that it holds in. */
  readonly region: string;
  readonly from: Day;
  readonly until: Day | null;
  readonly kind: string;
  readonly nameZh: string;
  readonly nameEn: string;
  readonly servedBy: 'township' | 'county' | 'other-authority';
  readonly authorityZh: string;
  readonly authorityEn: string;
  readonly workingDays: number;
  readonly papers: readonly string[];
  readonly neverPapers: readonly string[];
  readonly source: string;
  readonly status: string;
}

/** Who acts: an officer for their division, or a citizen for themselves. */
export interface Asker {
  readonly id: string;
  readonly channel: 'counter' | 'online';
  /** Blind index of a citizen's own number, hex. */
  readonly ownKey: string | null;
}

export interface AskInput {
  readonly clientRef: string;
  readonly service: string;
  /** The place that is asked, and that answers until another accepts. */
  readonly division: string;
  readonly household: Household;
  readonly personId: string | null;
  readonly name: string;
  readonly need: string | null;
}

export interface ServiceRequestRow {
  readonly id: string;
  readonly entitlementId: string;
  readonly channel: string;
  readonly household: Household;
  readonly personId: string | null;
  readonly name: string;
  readonly need: string | null;
  readonly firstCode: string;
  readonly responsibleCode: string;
  readonly responsibleUnit: string | null;
  readonly owner: string | null;
  readonly state: ServiceRequestState;
  readonly events: number;
  readonly notices: number;
  readonly missing: readonly string[];
  /** Missing by a second notice that waits for the county. */
  readonly wanted: readonly string[];
  readonly demanded: readonly string[];
  readonly receivedOn: Day;
  readonly countedFrom: Day;
  readonly countedDays: number | null;
  readonly dueRule: string | null;
  readonly dueOn: Day | null;
  readonly decidedOn: Day | null;
  /** Whether it is the caller's own, and not seen by office. */
  readonly isOwn: boolean;
}

export interface ReferralRow {
  readonly id: string;
  readonly requestId: string;
  readonly fromCode: string;
  readonly toCode: string;
  readonly toUnit: string | null;
  readonly reason: string;
  readonly askedBy: string;
  readonly askedAt: Date;
  readonly answer: string | null;
  readonly note: string | null;
  readonly answeredBy: string | null;
}

export interface ActionRow {
  readonly requestId: string;
  readonly seq: number;
  readonly kind: string;
  readonly from: string;
  readonly to: string;
  readonly items: readonly string[];
  readonly note: string | null;
  readonly dueRule: string | null;
  readonly dueOn: Day | null;
  readonly actor: string;
  readonly at: Date;
}

export interface RequestFilter {
  readonly prefix: string;
  readonly state?: ServiceRequestState;
  readonly service?: string;
  /** Only what was due before this day. */
  readonly dueBefore?: Day;
  /** Only those a second notice of which waits for the county. */
  readonly isSecondNotice?: boolean;
  /** Only those that somebody within the prefix is asked to take over. */
  readonly isReferredHere?: boolean;
}
