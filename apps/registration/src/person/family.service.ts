import { type Database, inContext, systemContext } from '@app/database';
import { CLOCK, type Clock, normaliseIdNumber } from '@app/kernel';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { REGISTRATION_DATABASE } from '../registration.tokens';
import { PersonRepository } from './person.repository';

/** Parents act for their children until then (民法典 art 17, 27). */
const ADULT_YEARS = 18;

/** For whom a signed-in citizen may act: themselves and their minor children. */
@Injectable()
export class FamilyService {
  constructor(
    @Inject(REGISTRATION_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly persons: PersonRepository,
  ) {}

  /**
   * By the number that the issuer of the sign-in attests. Where more than one person holds it, nobody: not even claims
   * made under that number are shown, as they may be the other's.
   */
  async of(idNumber: string): Promise<{ key: string; persons: string[] }> {
    const key = this.vault.blindIndex('id-number', normaliseIdNumber(idNumber));
    const today = this.clock.today();
    const bornAfter = `${Number(today.slice(0, 4)) - ADULT_YEARS}${today.slice(4)}`.replace('-02-29', '-02-28');
    return inContext(systemContext('sign-in', { isPlumbing: true }), () =>
      this.database.read(async (read) => {
        if (await this.persons.isNumberShared(read, key)) return { key: '', persons: [] };
        const rows = await this.persons.family(read, key, bornAfter);
        return { key: key.toString('hex'), persons: rows.map(({ id }) => id) };
      }),
    );
  }
}
