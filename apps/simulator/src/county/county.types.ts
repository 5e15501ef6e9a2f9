import type { Day } from '@app/kernel';

export interface CountyOptions {
  /** Rows of registry.csv, the dead, the moved-out and the planted ones included. 20,000 when not given. */
  readonly people?: number;
  /** The same seed, size and day give the same bytes. 1 when not given. */
  readonly seed?: number;
  /** Six digits, 340202 to 340211; two counties share no number of anything. 340202 when not given. */
  readonly county?: string;
  /** The day the extract was drawn; no row knows anything later. 2026-03-31 when not given. */
  readonly asOf?: Day;
  /**
   * Six-digit regions in the numbers of people who moved in. None when not given: then every number carries the
   * one county's code, so that none can be mistaken for a number issued elsewhere.
   */
  readonly migrantRegions?: readonly string[];
  /** Rows of registry.csv written so far. */
  readonly onProgress?: (people: number) => void;
}

/** What county.json holds. Money in whole yuan. */
export interface CountySummary {
  readonly people: number;
  readonly seed: number;
  readonly asOf: Day;
  readonly county: string;
  readonly townships: number;
  readonly villages: number;
  readonly households: number;
  /** Rows by registry status: 0 valid, 1 cancelled, 8 moved out, 9 deceased. */
  readonly byStatus: Readonly<Record<'0' | '1' | '8' | '9', number>>;
  /** Births by year from 2016 on, whatever became of the child. */
  readonly births: Readonly<Record<string, { readonly boys: number; readonly girls: number }>>;
  readonly claims: number;
  readonly accounts: number;
  readonly findings: number;
  readonly edgeCases: number;
  /** How often the set of edge cases was planted. */
  readonly edgeCaseSets: number;
  /** Ordinary claims by claim year, all of them expected to be paid; the planted ones are not among them. */
  readonly ordinaryClaims: Readonly<Record<string, { readonly claims: number; readonly yuan: number }>>;
}

/** What writeRegistry answers. */
export type RegistrySummary = Pick<
  CountySummary,
  'people' | 'seed' | 'asOf' | 'county' | 'townships' | 'villages' | 'households' | 'byStatus' | 'births'
>;
