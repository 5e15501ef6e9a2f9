import type { Caller } from '@app/access';
import { PERSON_IDENTITIES, type PersonIdentities, type PersonIdentity } from '@app/contracts';
import { normaliseIdNumber, parseCitizenId } from '@app/kernel';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import type { NamedPerson } from '../resident/resident.types';
import { refuse } from './residence.errors';

/** The register notes what it was asked for: not by the sender's own reference, which may say anything and would never go. */
const CASE = 'own notice of residence';

/** Whom a citizen gives notice for: themselves, or a minor child of theirs. */
@Injectable()
export class OwnNoticeService {
  constructor(
    @Inject(PERSON_IDENTITIES) private readonly identities: PersonIdentities,
    private readonly vault: Vault,
  ) {}

  /**
   * The register names them, where they are in it. Somebody whose registration is elsewhere is known by what their sign-in
   * attests.
   */
  async named(caller: Caller, personId: string | null): Promise<{ named: NamedPerson; registeredIn: string | null }> {
    const { idNumber, family } = caller;
    if (personId !== null && !family?.persons.includes(personId)) throw refuse.notOfTheFamily();
    const asked = personId === null ? (family?.persons ?? []) : [personId];
    const known = await this.identities.identify(asked, CASE);
    const found = known.find((one) =>
      personId === null ? this.keyOf(one) === family?.key : one.personId === personId,
    );
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

  /** A citizen is told by their key: the number itself stays in the process where they signed in. */
  private keyOf({ idNumber }: PersonIdentity): string | null {
    return idNumber === null ? null : this.vault.blindIndex('id-number', normaliseIdNumber(idNumber)).toString('hex');
  }
}
