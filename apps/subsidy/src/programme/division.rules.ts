import { type DivisionCode, findDivisionCode } from '@app/kernel';
import { refuse } from './programme.errors';

/** A division code as people write it (2 to 12 digits); refuses anything else. */
export function getDivision(text: string): DivisionCode {
  const found = findDivisionCode(text.trim());
  if (!found) throw refuse.divisionUnreadable(text);
  return found;
}
