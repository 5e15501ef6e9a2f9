import type { Caller } from '@app/access';
import type { Clock } from '@app/kernel';

/** Somebody of the demo county who signs in about their own family. */
export interface DemoCitizen {
  readonly id: string;
  readonly name: string;
  readonly idNumber: string;
}

export interface IdentityOptions {
  /** Where its keys are kept, so that a token survives a restart. Made when missing. */
  readonly folder: string;
  readonly clock: Clock;
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly officers: readonly Caller[];
  /** Asked whenever somebody signs in: the county may have been made anew. */
  readonly citizens?: () => Promise<readonly DemoCitizen[]>;
  /** Where a failure of the provider itself is written down. */
  readonly report?: (error: unknown) => void;
}

/** Who signs in: what an access token says of them. */
export interface Account {
  readonly id: string;
  readonly name: string;
  readonly roles: readonly string[];
  readonly division?: string;
  readonly idNumber?: string;
}

/** How this provider misbehaves. */
export interface IdentityBehaviour {
  /** Every connection is cut. */
  readonly isDown?: boolean;
}

/** Our own desk, and the one agency of the demo. */
export const DESK = 'yangyu-desk';
export const AGENCY = 'demo-agency';
/** What a client asks to do: all that its user may. */
export const SCOPE = 'graph';
