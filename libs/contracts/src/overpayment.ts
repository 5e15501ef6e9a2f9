import { defineJob } from '@app/jobs';
import type { Day } from '@app/kernel';

/** Why something already paid is found wrong; the cause in law is for a person to judge from the facts. */
export const OVERPAYMENT_GROUNDS = [
  'late-death',
  'late-move',
  'duplicate',
  'false-claim',
  'changed-fact',
  'office-error',
] as const;
export type OverpaymentGround = (typeof OVERPAYMENT_GROUNDS)[number];

/** One amount of one budget in what was paid too much. */
export interface OverpaymentShare {
  /** Level of government that gave the money: `central`, `province`, `city`, `county`. */
  readonly level: string;
  /** Year of the budget that it was paid from. */
  readonly year: number;
  /** Fen; the shares of an overpayment sum to its amount. */
  readonly fen: bigint;
}

/** What was paid and, as is known now, was not owed. */
export interface Overpayment {
  readonly id: string;
  readonly ground: OverpaymentGround;
  readonly programme: string;
  /** Twelve digits: the county that paid. */
  readonly divisionCode: string;
  /** Registration's person for whom it was paid: the child. */
  readonly beneficiaryId: string;
  /** Registration's person to whom it was paid; null where the payee is not in the register. */
  readonly payeeId: string | null;
  readonly payeeName: string;
  /** Days that were paid and not owed: from, up to and not including, until. */
  readonly from: Day;
  readonly until: Day;
  readonly paidOn: Day;
  readonly fen: bigint;
  /** What of it is not owed as is known now: less, or more, once a fact was corrected again after it was taken up. */
  readonly stillFen: bigint;
  readonly shares: readonly OverpaymentShare[];
  /** When this installation came to know of it: limitation runs from here at the latest. */
  readonly foundOn: Day;
  /** The decision that was right when it was made, and the one that says otherwise; opaque, for the file. */
  readonly reference: string;
}

/** Told by subsidy to fees: something already paid is found wrong. The receiver asks for the rest. */
export const overpaymentFound = defineJob<{ overpayment: string }>({
  queue: 'fees',
  name: 'overpayment.found',
  key: ({ overpayment }) => overpayment,
});

/**
 * Told by subsidy to fees: one that fees has asked for already is more or less by now, or was owed after all. The receiver asks
 * for the same overpayment again and looks at `stillFen`.
 */
export const overpaymentChanged = defineJob<{ overpayment: string; change: number }>({
  queue: 'fees',
  name: 'overpayment.changed',
  key: ({ overpayment, change }) => `${overpayment}-${change}`,
});

/** What subsidy shows to fees. */
export interface Overpayments {
  /** Null where there is none of that id, or it was taken back before it was taken up. Asking is taking it up. */
  overpayment(id: string): Promise<Overpayment | null>;
}

/** Nest injection token. */
export const OVERPAYMENTS = Symbol('Overpayments');

/** Calls one path of another process's door in the name of this one: a ServiceClient. */
interface Calls {
  call<T>(path: string, value: unknown, how?: { readonly isRead?: boolean }): Promise<T>;
}

interface Wire extends Omit<Overpayment, 'fen' | 'stillFen' | 'shares'> {
  readonly fen: string;
  readonly stillFen: string;
  readonly shares: readonly (Omit<OverpaymentShare, 'fen'> & { readonly fen: string })[];
}

/** As subsidy's door answers: JSON knows no whole numbers of that size. */
export const overpaymentToWire = (found: Overpayment): Wire => ({
  ...found,
  fen: String(found.fen),
  stillFen: String(found.stillFen),
  shares: found.shares.map((share) => ({ ...share, fen: String(share.fen) })),
});

/** What was overpaid, where subsidy is another process. */
export class OverpaymentsClient implements Overpayments {
  constructor(private readonly subsidy: Calls) {}

  async overpayment(id: string): Promise<Overpayment | null> {
    const found = await this.subsidy.call<Wire | null>('/overpayment', { id }, { isRead: true });
    return (
      found && {
        ...found,
        fen: BigInt(found.fen),
        stillFen: BigInt(found.stillFen),
        shares: found.shares.map((share) => ({ ...share, fen: BigInt(share.fen) })),
      }
    );
  }
}
