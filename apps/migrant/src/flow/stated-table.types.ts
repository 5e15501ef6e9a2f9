import type { Day, Sentence } from '@app/kernel';
import type { CheckedFigure } from './stated-table.rules';

export type StatedDirection = 'in' | 'out' | 'both';

/** What became of a file of stated tables. */
export interface StatedSummary {
  readonly added: number;
  /** Stood there already, from the same file. */
  readonly unchanged: number;
  readonly rejected: number;
  readonly findings: readonly {
    readonly code: string;
    readonly line: number;
    readonly item: string;
    readonly isWarning: boolean;
    readonly sentence: Sentence;
  }[];
}

/** A stated table that passed its checks. */
export interface StatedTable {
  readonly divisionCode: string;
  readonly direction: StatedDirection;
  readonly from: Day;
  readonly until: Day;
  readonly source: string;
  readonly fileSha256: Buffer;
  readonly warnings: readonly string[];
  readonly figures: readonly CheckedFigure[];
}

export interface StatedTableView {
  readonly id: string;
  readonly divisionCode: string;
  readonly direction: StatedDirection;
  readonly from: Day;
  readonly until: Day;
  readonly source: string;
  readonly warnings: readonly string[];
  readonly recordedAt: Date;
  readonly figures: readonly {
    readonly part: string;
    readonly item: string;
    readonly count: number | null;
    readonly mask: string | null;
  }[];
}
