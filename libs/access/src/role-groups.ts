import type { Role } from './caller';

/** Who decides about claims and money, in the order in which a matter passes them. */
export const OFFICERS: readonly Role[] = ['township-reviewer', 'county-confirmer', 'finance-officer', 'bank-operator'];

/** Who looks on, and changes nothing. */
export const WATCHERS: readonly Role[] = ['auditor', 'supervisor'];

/** Who decides about people and their cases, but never about money. */
export const REVIEWERS: readonly Role[] = ['township-reviewer', 'county-confirmer'];
