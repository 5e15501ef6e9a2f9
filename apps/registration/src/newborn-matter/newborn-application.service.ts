import type { Day } from '@app/kernel';
import { readOpening } from './newborn-application.rules';
import { refuse } from './newborn-matter.errors';
import type { Opening } from './newborn-matter.types';

export const ROLES = ['mother', 'father'] as const;

/** An opening that can be used as it is. */
export type CheckedOpening = Opening;

/** The opening with its numbers as they are stored; refuses, naming the place, what cannot be used. */
export function checkOpening(opening: Opening, today: Day): CheckedOpening {
  const read = readOpening(opening, today);
  if (!('code' in read)) return read;
  switch (read.code) {
    case 'BORN_IN_FUTURE':
      throw refuse.bornInFuture(opening.born, today);
    case 'NAME':
      throw refuse.nameUnusable(read.column);
    case 'NUMBER':
      throw refuse.numberUnusable(read.role);
    case 'CERTIFICATE':
      throw refuse.certificateUnusable();
    case 'DIVISION':
      throw refuse.divisionUnreadable(opening.division ?? '');
  }
}
