import type { CoordinationAsked, CoordinationMatter, CoordinationMatters, CoordinationReply } from '@app/contracts';
import { currentContext, type Database, inContext, systemContext } from '@app/database';
import { dayInChina, divisionPrefix, type DivisionCode, normaliseIdNumber } from '@app/kernel';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { PARTY_SEAL } from '../person/sealed-columns.types';
import { REGISTRATION_DATABASE } from '../registration.tokens';
import { ElsewhereMatterRepository, type TravellingQuestion } from './elsewhere-matter.repository';
import { recognise } from './elsewhere.rules';

const PURPOSE = '办理生育登记：核实是否已在贵地登记，避免重复登记';

/** What travels: questions of ours whether a birth is registered elsewhere, and what we know of those that others ask. */
@Injectable()
export class ElsewhereMatterService implements CoordinationMatters {
  constructor(
    @Inject(REGISTRATION_DATABASE) private readonly database: Database,
    private readonly vault: Vault,
    private readonly matters: ElsewhereMatterRepository,
  ) {}

  matter(id: string): Promise<CoordinationMatter | null> {
    return this.work('elsewhere question', id, () =>
      this.database.read(async (read) => {
        const found = await this.matters.find(read, id);
        // An officer may have been told by telephone meanwhile, or the parents have taken their registration back.
        if (!found || !found.isLive || (found.outcome !== null && found.outcome !== 'no_reply')) return null;
        const { fromDivision, toDivision, legalBasis, fields, personId } = found;
        return {
          ...{ app: 'registration', matter: id, kind: 'confirm-registration', purpose: PURPOSE, legalBasis },
          ...{ fromDivision, toDivision, personId, fields },
          offered: this.offered(found),
        };
      }),
    );
  }

  /** The month of the birth; and who the parent is, where the register does not know them. */
  private offered(question: TravellingQuestion): Record<string, string> {
    const { bornOn, expectedMonth, personId, name, numberSealed, partyId } = question;
    const on = bornOn ?? expectedMonth;
    const month: Record<string, string> = on === null ? {} : { month: on.slice(0, 7) };
    if (personId !== null || numberSealed === null) return month;
    const place = { table: PARTY_SEAL, column: 'id_number_sealed', row: partyId };
    return { ...month, name, id_number: this.vault.open(numberSealed, place) };
  }

  /** Whether a birth registration of that parent is on record in a place of ours; of other places an officer may know. */
  async answer(asked: CoordinationAsked): Promise<CoordinationReply | null> {
    if (asked.kind !== 'confirm-registration') return null;
    const { toDivision, personId, offered } = asked;
    const number = offered.id_number;
    if (personId === null && !number) return null;
    const numberKey = number ? this.vault.blindIndex('id-number', normaliseIdNumber(number)) : null;
    return this.work('elsewhere answer', asked.request, () =>
      this.database.read(async (read) => {
        if (!(await this.matters.isOurs(read, toDivision))) return null;
        const prefix = divisionPrefix(toDivision as DivisionCode);
        const found = recognise(
          offered.month ?? null,
          await this.matters.births(read, prefix, { personId, numberKey }),
        );
        if (found.outcome === 'not-found') return { outcome: 'not-found', values: { is_registered: 'false' } };
        const { office, registeredAt, bornOn } = found.birth;
        const known = {
          is_registered: 'true',
          registered_on: dayInChina(registeredAt),
          office,
          ...(bornOn === null ? {} : { born_on: bornOn }),
        };
        const values = Object.fromEntries(Object.entries(known).filter(([field]) => asked.fields.includes(field)));
        return { outcome: found.outcome, values };
      }),
    );
  }

  private work<T>(operation: string, caseRef: string, work: () => Promise<T>): Promise<T> {
    const actor = currentContext()?.actor ?? 'system';
    return inContext(systemContext(operation, { actor, purpose: 'coordination', caseRef }), work);
  }
}
