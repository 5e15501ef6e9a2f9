import type { AccessLine, AccessView } from '@app/figures';
import type { Day, DivisionCode } from '@app/kernel';

/** One decided claim, as far as the figures need it; `personId` is forgotten once migrant has said who is a newcomer. */
export interface DecidedClaim {
  readonly programme: string;
  readonly county: DivisionCode;
  readonly personId: string | null;
  readonly submittedOn: Day;
  readonly movedInOn: Day | null;
  readonly days: number;
  readonly isGranted: boolean;
  readonly wasHeld: boolean;
  readonly papers: number;
}

/** One claim that is not decided yet at the end of a quarter. */
export type WaitingClaim = Pick<DecidedClaim, 'programme' | 'county' | 'personId' | 'submittedOn' | 'movedInOn'>;

/** Published lines of a county, a programme and a quarter. */
export interface Published {
  readonly programme: string;
  readonly divisionCode: string;
  readonly quarter: string;
  readonly correction: number;
  readonly frozenAt: Date;
  readonly lines: readonly AccessLine[];
}

export interface EqualAccess extends AccessView {
  readonly programme: string;
  readonly divisionCode: string;
  readonly quarter: string;
  /** 0 is what was frozen; each later one corrects it. Null of figures that are not published yet. */
  readonly correction: number | null;
  readonly frozenAt: Date | null;
}
