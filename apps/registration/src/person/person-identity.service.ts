import type { FoundPerson, PersonIdentities, PersonIdentity, StatedIdentity } from '@app/contracts';
import { currentContext, type Database, inContext, systemContext } from '@app/database';
import { normaliseIdNumber } from '@app/kernel';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { REGISTRATION_DATABASE } from '../registration.tokens';
import { nameForMatching } from './name.rules';
import { PersonIdentityRepository } from './person-identity.repository';
import { PERSON_SEAL } from './sealed-columns.types';

/** Who somebody is, in clear, for the apps that speak with other places; each call is one line in the audit log. */
@Injectable()
export class PersonIdentityService implements PersonIdentities {
  constructor(
    @Inject(REGISTRATION_DATABASE) private readonly database: Database,
    private readonly vault: Vault,
    private readonly persons: PersonIdentityRepository,
  ) {}

  identify(personIds: readonly string[], caseRef: string): Promise<readonly PersonIdentity[]> {
    return this.work('person.identify', caseRef, () =>
      this.database.read(async (read) => {
        const rows = read.disclose('person', await this.persons.byIds(read, personIds));
        return rows.map(({ id, idNumberSealed, birthCertificateSealed, ...rest }) => ({
          personId: id,
          ...rest,
          idNumber: this.open(id, 'id_number_sealed', idNumberSealed),
          birthCertificateNo: this.open(id, 'birth_certificate_sealed', birthCertificateSealed),
        }));
      }),
    );
  }

  find({ name, idNumber, birthCertificateNo }: StatedIdentity, caseRef: string): Promise<FoundPerson | null> {
    const keys = {
      number: idNumber === null ? null : this.vault.blindIndex('id-number', normaliseIdNumber(idNumber)),
      certificate: birthCertificateNo === null ? null : this.vault.blindIndex('birth-certificate', birthCertificateNo),
    };
    return this.work('person.find', caseRef, () =>
      this.database.read(async (read) => {
        const found = await this.persons.byKeys(read, keys);
        const [one, another] = read.disclose('person', found);
        if (!one || another || nameForMatching(one.name) !== nameForMatching(name)) return null;
        return { personId: one.id, divisionCode: one.divisionCode };
      }),
    );
  }

  private open(row: string, column: string, sealed: Buffer | null): string | null {
    return sealed === null ? null : this.vault.open(sealed, { table: PERSON_SEAL, column, row });
  }

  /** Whole installation, as the other place's person may be filed anywhere; in the name of the app that asks. */
  private work<T>(operation: string, caseRef: string, work: () => Promise<T>): Promise<T> {
    const actor = currentContext()?.actor ?? 'system';
    return inContext(systemContext(operation, { actor, purpose: 'coordination', caseRef }), work);
  }
}
