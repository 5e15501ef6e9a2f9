import type { DivisionCode } from '@app/kernel';

/** A line of a list of divisions. */
export interface DivisionRow {
  readonly code: DivisionCode;
  readonly name: string | null;
}

/** A division as the graph shows it. */
export interface DivisionView {
  readonly code: string;
  readonly name: string | null;
  readonly level: string;
  readonly parentCode: string | null;
  readonly status: string;
}
