import { addMonths, type Day } from '@app/kernel';

/**
 * Whether a household counts as newly come: migrant knows it surely lives where it is not registered, or the register says it
 * moved in within the months before the claim. Only for figures; no decision reads it.
 */
export const isNewcomer = (
  { movedInOn, submittedOn, isElsewhere }: { movedInOn: Day | null; submittedOn: Day; isElsewhere: boolean },
  months: number,
): boolean =>
  isElsewhere || (movedInOn !== null && movedInOn <= submittedOn && addMonths(movedInOn, months) > submittedOn);
