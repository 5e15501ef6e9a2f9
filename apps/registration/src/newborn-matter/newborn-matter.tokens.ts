import type { Tx } from '@app/database';
import type { Newborn } from './newborn-matter.types';

/** Who makes a person of a newborn: the register. */
export interface BirthRegister {
  /** The new person's id; the register's own changes are planned in the same transaction. */
  registerNewborn(tx: Tx, newborn: Newborn): Promise<string>;
}

/** Nest injection token. */
export const BIRTH_REGISTER = Symbol('BirthRegister');
