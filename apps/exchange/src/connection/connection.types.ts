/** How the line to the household registry stands, for a division. */
export interface ConnectionState {
  readonly line: 'CLOSED' | 'OPEN' | 'HALF_OPEN';
  readonly lineSince: Date | null;
  readonly isOpenNow: boolean;
  readonly opensAt: Date;
  readonly quota: number;
  /** Null where nobody is named to the registry for the division. */
  readonly quotaLeft: number | null;
  readonly waiting: number;
  readonly waitingSince: Date | null;
  readonly setAside: number;
  readonly events: number;
  readonly lastEventAt: Date | null;
  readonly pulledAt: Date | null;
}
