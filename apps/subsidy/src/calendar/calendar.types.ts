import type { Day, DivisionCode } from '@app/kernel';
import type { Quarter } from '../disbursement/disbursement.types';

export type CalendarState = 'planned' | 'held' | 'started' | 'done';

/** On which day of which month a quarter's run is due: a dated parameter of the programme. */
export interface CalendarRule {
  /** 1 to 3: the month of the quarter. */
  readonly monthOfQuarter: 1 | 2 | 3;
  /** 1 to 28. */
  readonly dayOfMonth: number;
  /** 1 when a quarter is paid in the next one. */
  readonly quartersLater: 0 | 1;
}

/** The last month of each quarter. */
export const DEFAULT_RULE: CalendarRule = { monthOfQuarter: 3, dayOfMonth: 20, quartersLater: 0 };

export interface CalendarRow {
  readonly id: string;
  readonly programme: string;
  readonly divisionCode: DivisionCode;
  readonly period: Quarter;
  readonly dueOn: Day;
  readonly state: CalendarState;
  readonly heldBy: string | null;
  readonly heldReason: string | null;
  readonly batchId: string | null;
}

/** What became of a due row: its run was prepared, there was nothing to pay, or it waits for somebody. */
export interface Started {
  readonly row: CalendarRow;
  readonly outcome: 'prepared' | 'nothing' | 'held';
  readonly batchId: string | null;
  /** Code of the refusal that held it. */
  readonly reason: string | null;
}
