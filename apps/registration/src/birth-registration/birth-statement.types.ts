import type { Day } from '@app/kernel';
import type { Judgement } from './birth-registration.rules';
import type { CommitmentInput, PartyRole } from './birth-registration.types';

/** A parent as a version keeps them. */
export interface StoredParty {
  readonly id: string;
  readonly role: PartyRole;
  readonly personId: string | null;
  readonly name: string;
  readonly idType: string | null;
  readonly idNumberSealed: Buffer | null;
  readonly idNumberKey: Buffer | null;
  readonly idNumberMask: string | null;
  readonly hukou: string | null;
  readonly residence: string | null;
  readonly residentSince: Day | null;
  readonly hasPermit: boolean | null;
  readonly marital: string | null;
}

export interface PreparedChild {
  readonly order: number;
  readonly bornOn: Day;
  readonly sex: number;
  readonly certificateKey: Buffer | null;
  readonly certificateMask: string | null;
}

/** By what a birth is told from every other, so that it is registered once. */
export interface Claimed {
  readonly kind: 'certificate' | 'day-and-order' | 'expected';
  readonly key: Buffer;
  readonly span?: readonly [Day, Day];
}

/** A statement that was looked through: complete, sealed and judged. */
export interface Prepared {
  readonly parties: readonly StoredParty[];
  readonly expectedMonth: Day | null;
  readonly children: readonly PreparedChild[];
  readonly earlier: readonly {
    readonly bornOn: Day;
    readonly isJoint: boolean;
    readonly isAdopted: boolean;
    readonly isLiving: boolean;
    readonly isBeforeMarriage: boolean;
  }[];
  readonly declaredCode: string | null;
  readonly commitment: CommitmentInput | null;
  readonly judgement: Judgement;
  readonly claimed: readonly Claimed[];
}
