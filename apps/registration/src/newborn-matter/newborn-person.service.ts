import { randomUUID } from 'node:crypto';
import { PERSONS_FEED, registrationChanged } from '@app/contracts';
import type { Tx } from '@app/database';
import type { Outbox } from '@app/jobs';
import { CLOCK, type Clock } from '@app/kernel';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { PERSON_SEAL } from '../person/sealed-columns.types';
import { REGISTRATION_OUTBOX } from '../registration.tokens';
import type { BirthRegister } from './newborn-matter.tokens';
import type { Newborn } from './newborn-matter.types';
import { NewbornPersonRepository } from './newborn-person.repository';

/** Makes a newborn a person of the register. */
@Injectable()
export class NewbornPersonService implements BirthRegister {
  constructor(
    @Inject(REGISTRATION_OUTBOX) private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly persons: NewbornPersonRepository,
  ) {}

  async registerNewborn(tx: Tx, newborn: Newborn): Promise<string> {
    const id = randomUUID();
    const { birthCertificateNo: certificate } = newborn;
    const place = { table: PERSON_SEAL, column: 'birth_certificate_sealed', row: id };
    await this.persons.insert(
      tx,
      {
        ...newborn,
        id,
        certificateSealed: certificate === null ? null : this.vault.seal(certificate, place),
        certificateKey: certificate === null ? null : this.vault.blindIndex('birth-certificate', certificate),
        hash: this.vault.blindIndex('row', JSON.stringify({ id, ...newborn })),
      },
      this.clock.now(),
    );
    tx.concern('person', [id]);
    await this.outbox.plan(tx, registrationChanged, [{ feed: PERSONS_FEED }]);
    return id;
  }
}
