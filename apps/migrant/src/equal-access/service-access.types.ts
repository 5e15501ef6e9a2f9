import type { AccessLine, AccessView, DecidedCase } from '@app/figures';
import type { DivisionCode } from '@app/kernel';

/** One decided request, as far as the figures need it. */
export interface DecidedRequest extends DecidedCase {
  readonly service: string;
  readonly county: DivisionCode;
}

export interface WaitingRequests {
  readonly service: string;
  readonly county: DivisionCode;
  readonly household: 'local' | 'newcomer';
  readonly waiting: number;
}

/** Published lines of a county, a service and a quarter. */
export interface Published {
  readonly service: string;
  readonly divisionCode: string;
  readonly quarter: string;
  readonly correction: number;
  readonly frozenAt: Date;
  readonly lines: readonly AccessLine[];
}

export interface ServiceAccess extends AccessView {
  readonly service: string;
  readonly divisionCode: string;
  readonly quarter: string;
  /** 0 is what was frozen; each later one corrects it. Null of figures that are not published yet. */
  readonly correction: number | null;
  readonly frozenAt: Date | null;
}
