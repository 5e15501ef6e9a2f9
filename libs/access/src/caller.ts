import { type DivisionCode, divisionPrefix, findDivisionCode } from '@app/kernel';
import { refuse } from './access.errors';

/** Every role there is. A role belongs to at most one of the four powers; permissions.spec.ts proves it. */
export const ROLES = [
  'village-clerk',
  'township-reviewer',
  'county-confirmer',
  'finance-officer',
  'bank-operator',
  'auditor',
  'supervisor',
  'archivist',
  'citizen',
  'agency',
] as const;

export type Role = (typeof ROLES)[number];

/** Somebody who is responsible for what happens next. */
export interface Caller {
  /** Stable at the issuer of the sign-in; written into every decision and approval. */
  readonly id: string;
  readonly name: string;
  readonly roles: readonly Role[];
  /** The caller's scope: this division and everything below it. A citizen's is empty: they have their family instead. */
  readonly division: DivisionCode;
  /** A citizen's own matters: the blind index (hex) of their number, and the persons they may act for. */
  readonly family?: { readonly key: string; readonly persons: readonly string[] };
  /** How and when they signed in; absent where an operator vouches. */
  readonly signIn?: SignIn;
  /** A citizen's own identity number as the issuer attests it; never logged. */
  readonly idNumber?: string;
}

export interface SignIn {
  readonly at: Date;
  readonly factors: 1 | 2;
  readonly client: string;
  readonly tokenId: string;
  readonly session?: string;
}

/** Leading digits of the divisions the caller may see; undefined for a citizen, who sees a family and no division. */
export const scopeOf = (caller: Caller): string | undefined =>
  caller.roles.includes('citizen') ? undefined : divisionPrefix(caller.division);

/** Whether the division lies in the caller's subtree. */
export const covers = (caller: Caller, division: DivisionCode): boolean =>
  division.startsWith(divisionPrefix(caller.division));

/** Refuses with OUTSIDE_DIVISION when the division does not lie in the caller's subtree. */
export function assertCovers(caller: Caller, division: DivisionCode): void {
  if (!covers(caller, division)) throw refuse.outsideDivision(caller.division, division);
}

/**
 * The division a caller asks for (2 to 12 digits as people write them), or the caller's own when none is named.
 * Refuses with DIVISION_CODE_UNREADABLE or OUTSIDE_DIVISION.
 */
export function askedDivision(caller: Caller, asked: string | null | undefined): DivisionCode {
  if (!asked) return caller.division;
  const division = findDivisionCode(asked.trim());
  if (!division) throw refuse.divisionUnreadable(asked);
  assertCovers(caller, division);
  return division;
}
