import { randomUUID } from 'node:crypto';
import { askedDivision, type Caller } from '@app/access';
import { constraintName, type Database, type Read } from '@app/database';
import { CLOCK, type Clock, type Day, type DivisionCode, divisionPrefix, parseCitizenId } from '@app/kernel';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { EXCHANGE_DATABASE } from '../exchange.tokens';
import { refuse } from './nomination.errors';
import { NominationRepository, type SealedNomination } from './nomination.repository';
import type { Clerk, Nomination, NominationInput } from './nomination.types';
import { sealOf } from './sealed-columns.types';

const COLUMN = 'number_sealed';
const WIDTHS = [12, 9, 6, 4, 2];

/** Who is named to the household registry: it takes no question without a real officer and their unit. */
@Injectable()
export class NominationService {
  constructor(
    @Inject(EXCHANGE_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly nominations: NominationRepository,
  ) {}

  async nominate(caller: Caller, input: NominationInput): Promise<Nomination> {
    const division = askedDivision(caller, input.division);
    const number = parseCitizenId(input.idNumber);
    if (typeof number === 'string') throw refuse.numberUnreadable();
    if (!/^[0-9A-Z]{6,18}$/.test(input.unitCode) || !input.unitName.trim() || !input.name.trim())
      throw refuse.unitUnreadable(input.unitCode);
    if (input.officer === caller.id) throw refuse.oneself();
    const id = randomUUID();
    const kept = {
      sealed: this.vault.seal(number.number, { table: sealOf('nomination'), column: COLUMN, row: id }),
      key: this.vault.blindIndex('id-number', number.number),
    };
    try {
      return await this.database.write(async (tx) => {
        await this.nominations.insert(tx, id, { ...input, division }, kept, this.clock.now());
        tx.concern('nomination', [id]);
        return (await this.nominations.get(tx, id))!;
      });
    } catch (error) {
      const isOverlap = /^nomination_(of_an_officer|responsible)_is_one$/.test(constraintName(error) ?? '');
      throw isOverlap ? refuse.overlaps(input.officer) : error;
    }
  }

  /** The given day is the last one. */
  end(id: string, lastDay: Day): Promise<Nomination> {
    return this.database.write(async (tx) => {
      if (!(await this.nominations.end(tx, id, lastDay))) throw refuse.unknown(id);
      tx.concern('nomination', [id]);
      return (await this.nominations.get(tx, id))!;
    });
  }

  list(caller: Caller, division: string | null | undefined): Promise<Nomination[]> {
    const prefix = divisionPrefix(askedDivision(caller, division));
    return this.database.read((read) => this.nominations.list(read, prefix));
  }

  /** Refuses with NOBODY_NOMINATED where this officer may not ask for that division. */
  async assertNominated(read: Read, officer: string, division: string, day: Day): Promise<void> {
    const found = await this.nominations.ofOfficer(read, officer, day);
    if (!found || !isWithin(division, found.divisionCode)) throw refuse.nobody(division);
  }

  /** In whose name something is asked: the officer's own, else that of whoever is responsible for the division. */
  async find(read: Read, officer: string | null, division: string, day: Day): Promise<Clerk | undefined> {
    const own = officer === null ? undefined : await this.nominations.ofOfficer(read, officer, day);
    const found =
      own && isWithin(division, own.divisionCode)
        ? own
        : await this.nominations.responsible(read, upwards(division), day);
    return found && this.clerkOf(found);
  }

  /** Whoever is responsible for a division; refuses with NOBODY_NOMINATED. */
  async getResponsible(read: Read, division: string, day: Day): Promise<Clerk> {
    const found = await this.nominations.responsible(read, upwards(division), day);
    if (!found) throw refuse.nobody(division);
    return this.clerkOf(found);
  }

  /** The unit on whose quota a division asks. */
  async findUnit(read: Read, division: string, day: Day): Promise<string | undefined> {
    return (await this.nominations.responsible(read, upwards(division), day))?.unitCode;
  }

  /** Whoever was nominated so, also if that has ended since: a batch keeps its officer. */
  async getClerk(read: Read, nominationId: string): Promise<Clerk> {
    return this.clerkOf((await this.nominations.sealed(read, nominationId))!);
  }

  private clerkOf({ id, sealed, name, unitCode, unitName }: SealedNomination): Clerk {
    const idNumber = this.vault.open(sealed, { table: sealOf('nomination'), column: COLUMN, row: id });
    return { nominationId: id, clerk: { idNumber, name }, unit: { code: unitCode, name: unitName } };
  }
}

const isWithin = (division: string, of: string): boolean => division.startsWith(divisionPrefix(of as DivisionCode));

const upwards = (division: string): string[] => [
  ...new Set(WIDTHS.map((width) => division.slice(0, width).padEnd(12, '0'))),
];
