import type { Caller } from '@app/access';
import { PERSON_IDENTITIES, type PersonIdentities } from '@app/contracts';
import { parseCitizenId } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import type { NamedPerson } from '../resident/resident.types';
import { refuse } from './residence.errors';

/** The register notes what it was asked for: not by the sender's own reference, which may say anything and would never go. */
const CASE = 'own notice of residence';

/** Whom a citizen gives notice for: themselves, or a minor child of theirs. */
@Injectable()
export class OwnNoticeService {
  constructor(@Inject(PERSON_IDENTITIES) private readonly identities: PersonIdentities) {}

  /**
   * The register names them, where they are in it. Somebody whose registration is elsewhere is known by what their sign-in
   * attests.
   */
  async named(caller: Caller, personId: string | null): Promise<{ named: NamedPerson; registeredIn: string | null }> {
    const { idNumber, family } = caller;
    if (personId !== null && !family?.persons.includes(personId)) throw refuse.notOfTheFamily();
    const asked = personId === null ? (family?.persons ?? []) : [personId];
    const known = await this.identities.identify(asked, CASE);
    const found = known.find((one) => one.personId === personId || (personId === null && one.idNumber === idNumber));
    if (found) {
      const { name, sex, born, idType, divisionCode } = found;
      const named = { name, sex, born, idType, idNumber: found.idNumber, personId: found.personId };
      return { named, registeredIn: divisionCode };
    }
    const parsed = idNumber === undefined ? 'SHAPE' : parseCitizenId(idNumber);
    if (personId !== null || typeof parsed === 'string') throw refuse.whoIsNotKnown();
    const { number, sex, birthDate } = parsed;
    const named = { name: caller.name, sex, born: birthDate, idType: '111', idNumber: number, personId: null };
    return { named, registeredIn: null };
  }
}
