import type { Day } from '@app/kernel';

/** From other counties; to other counties; from elsewhere in the same county, counted where they came to. */
export const FLOW_DIRECTIONS = ['in', 'out', 'within'] as const;
export type FlowDirection = (typeof FLOW_DIRECTIONS)[number];

/** As the divisions were then, or as they are today. */
export type FlowCodes = 'then' | 'today';

/** Figures of a township: the total, then by distance, by sex and by age group; see flow.rules.ts. */
export interface FlowRow {
  readonly divisionCode: string;
  readonly direction: FlowDirection;
  readonly counts: readonly number[];
}

/** A row as it is shown; null is withheld. */
export interface FlowFigureView {
  readonly divisionCode: string;
  readonly direction: FlowDirection;
  readonly counts: readonly (number | null)[];
  /** First ages of the groups; the last group is of unknown age. */
  readonly ageFrom: readonly number[];
}

/** By what people are counted. */
export interface FlowParameters {
  /** How long somebody must stay to be counted; nought counts whoever comes. */
  readonly leastMonths: number;
  readonly ageFrom: readonly number[];
}

export interface FlowMonth extends FlowParameters {
  readonly month: Day;
  readonly smallBelow: number;
  readonly area: string;
  readonly frozenAt: Date;
}

/** What is known otherwise now of a closed month, figure by figure. */
export interface FlowCorrectionView extends FlowCorrectionRow {
  readonly lines: readonly { readonly cell: string; readonly before: number; readonly after: number }[];
}

/** A line of a correction as it is kept, whole row by whole row. */
export interface FlowCorrectionRow {
  readonly id: string;
  readonly month: Day;
  readonly divisionCode: string;
  readonly direction: FlowDirection;
  readonly before: readonly (number | null)[];
  readonly after: readonly (number | null)[];
  readonly recordedAt: Date;
}

export type FlowStage = 'asking' | 'counting' | 'freezing' | 'publishing' | 'done' | 'failed';

export interface FlowRunView {
  readonly id: string;
  readonly stage: FlowStage;
  readonly months: number;
  readonly figures: number;
  readonly corrections: number;
  readonly begunAt: Date;
  readonly endedAt: Date | null;
}
