import type { Day, DivisionCode } from '@app/kernel';

export type Outcome = 'ELIGIBLE' | 'NOT_ELIGIBLE' | 'UNKNOWN' | 'SUPERSEDED';

export interface DetermineCommand {
  /** Programme codes or folder names. */
  readonly programmes: readonly string[];
  readonly division: DivisionCode;
  readonly asOf: Day;
  readonly actor: string;
}

export interface Tally {
  readonly programme: string;
  readonly outcome: Outcome;
  readonly count: number;
  readonly amountFen: bigint;
}

export interface DetermineSummary {
  readonly runId: string;
  readonly resumed: boolean;
  readonly chunks: number;
  /** Rows looked at in this run, whether or not anything new came out. */
  readonly decided: number;
  readonly results: readonly Tally[];
  readonly claims: {
    readonly determined: number;
    readonly held: number;
    readonly byReason: Readonly<Record<string, number>>;
  };
}

export interface Chunk {
  readonly no: number;
  readonly prefix: string;
  readonly year: number;
  readonly state: 'waiting' | 'done';
}

/** A chunk in hand, with what its run is about. */
export interface TakenChunk {
  readonly runId: string;
  readonly no: number;
  readonly prefix: string;
  readonly year: number;
  readonly programmes: readonly string[];
  readonly versions: readonly string[];
  readonly division: DivisionCode;
  readonly asOf: Day;
  readonly isFirst: boolean;
}

export interface ChunkResult {
  readonly decided: number;
  readonly determined: number;
  readonly held: number;
}

/** How far runs are that workers decide. */
export interface RunProgress extends ChunkResult {
  readonly done: number;
  readonly of: number;
  readonly isFinished: boolean;
  /** Chunks that failed too often and wait for a person. */
  readonly setAside: number;
}
