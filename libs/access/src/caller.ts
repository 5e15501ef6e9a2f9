import { type DivisionCode, divisionPrefix } from '@app/kernel';
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
  /** The caller's scope: this division and everything below it. */
  readonly division: DivisionCode;
}

/** Whether the division lies in the caller's subtree. */
export const covers = (caller: Caller, division: DivisionCode): boolean =>
  division.startsWith(divisionPrefix(caller.division));

/** Refuses with OUTSIDE_DIVISION when the division does not lie in the caller's subtree. */
export function assertCovers(caller: Caller, division: DivisionCode): void {
  if (!covers(caller, division)) throw refuse.outsideDivision(caller.division, division);
}
