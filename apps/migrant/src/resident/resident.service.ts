import { type Database, newId, type Tx } from '@app/database';
import { type Day, maskIdNumber, normaliseIdNumber, parseCitizenId } from '@app/kernel';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { MIGRANT_DATABASE } from '../migrant.tokens';
import { sealOf } from '../parameter/sealed-columns.types';
import { RESIDENCE_BASES } from '../residence/residence.types';
import { LookupService } from './lookup.service';
import { refuse } from './resident.errors';
import { ResidentRepository } from './resident.repository';
import type { NamedPerson, OriginRow, ResidentRow, StatedOrigin } from './resident.types';

const CITIZEN_PAPER = '111';
const OTHER_PAPER = /^[0-9A-Z]{6,20}$/;

/** Who moved, and where their household registration is. Within another slice's transaction where it takes a `tx`. */
@Injectable()
export class ResidentService {
  constructor(
    @Inject(MIGRANT_DATABASE) private readonly database: Database,
    private readonly vault: Vault,
    private readonly residents: ResidentRepository,
    private readonly lookups: LookupService,
  ) {}

  byIds(ids: readonly string[]): Promise<ResidentRow[]> {
    return this.database.read((read) => this.residents.find(read, ids));
  }

  /** The same within another slice's transaction. */
  within(tx: Tx, ids: readonly string[]): Promise<ResidentRow[]> {
    return this.residents.find(tx, ids);
  }

  /** A citizen's own record and those of their minor children. */
  ofFamily(): Promise<ResidentRow[]> {
    return this.database.read((read) => this.residents.all(read));
  }

  originsOf(ids: readonly string[]): Promise<OriginRow[]> {
    return this.database.read(async (read) => {
      const rows = await this.residents.origins(read, ids);
      return read.disclose('residence', rows, ({ residentId }) => residentId);
    });
  }

  findByNumber(number: string): Promise<ResidentRow | null> {
    return this.lookups.byNumber(readNumber(CITIZEN_PAPER, number, { isLoose: true }));
  }

  async findByPerson(tx: Tx, personId: string): Promise<ResidentRow | undefined> {
    return (await this.residents.byPersons(tx, [personId]))[0];
  }

  byPersons(tx: Tx, personIds: readonly string[]): Promise<ResidentRow[]> {
    return this.residents.byPersons(tx, personIds);
  }

  /** Refuses with RESIDENT_UNKNOWN where one is not there or not to be seen; locks those that are. */
  async lock(tx: Tx, ids: readonly string[]): Promise<void> {
    const found = await this.residents.lock(tx, ids);
    const missing = ids.find((id) => !found.includes(id));
    if (missing !== undefined) throw refuse.unknown(missing);
  }

  /** The resident whom a notice names, if they are on record. */
  async findNamed(tx: Tx, named: NamedPerson): Promise<ResidentRow | undefined> {
    const number = numberOf(named);
    const known = named.personId === null ? undefined : await this.findByPerson(tx, named.personId);
    if (known || number === null) return known;
    return this.residents.byKey(tx, this.vault.blindIndex('id-number', number));
  }

  /** The same, or a new one; locked. */
  async getOrAdd(tx: Tx, named: NamedPerson, division: string, at: Date): Promise<ResidentRow> {
    const name = named.name.trim();
    if (name === '' || [...name].length > 50) throw refuse.nameUnreadable();
    const number = numberOf(named);
    const key = number === null ? null : this.vault.blindIndex('id-number', number);
    await this.residents.lockIdentity(tx, key?.toString('hex') ?? named.personId ?? name);

    const known = await this.findNamed(tx, named);
    if (known) {
      if (named.personId === null && known.name !== name) throw refuse.numberOfAnother();
      await this.residents.lock(tx, [known.id]);
      if (named.personId !== null) await this.residents.linkPerson(tx, known.id, named.personId);
      return known;
    }
    const id = newId(at);
    const sealed =
      number === null || key === null
        ? null
        : {
            type: named.idType ?? CITIZEN_PAPER,
            sealed: this.vault.seal(number, { table: sealOf('resident'), column: 'number_sealed', row: id }),
            key,
            mask: maskIdNumber(number),
          };
    const { personId, sex, born } = named;
    await this.residents.insert(tx, { id, personId, name, sex, born, number: sealed }, division, at);
    return { id, personId, name, sex, born, idType: sealed?.type ?? null, idNumberMask: sealed?.mask ?? null };
  }

  /** Name and number in clear, for finding the person in the register; null without a number. */
  async statedIdentity(tx: Tx, id: string): Promise<{ name: string; idNumber: string } | null> {
    const [found] = await this.residents.find(tx, [id]);
    const sealed = await this.residents.sealedNumber(tx, id);
    if (!found || found.personId !== null || sealed === null) return null;
    const place = { table: sealOf('resident'), column: 'number_sealed', row: id };
    return { name: found.name, idNumber: this.vault.open(sealed, place) };
  }

  linkPerson(tx: Tx, id: string, personId: string): Promise<void> {
    return this.residents.linkPerson(tx, id, personId);
  }

  linkByKeys(tx: Tx, pairs: readonly (readonly [key: string, personId: string])[]): Promise<void> {
    return this.residents.linkByKeys(
      tx,
      pairs.map(([key]) => key),
      pairs.map(([, personId]) => personId),
    );
  }

  passOn(tx: Tx, from: string, to: string): Promise<void> {
    return this.residents.passOn(tx, from, to);
  }

  /**
   * Where the registration is, as the best evidence has it: a weaker word changes nothing, the same word again neither, and
   * a newer one of the same or a better grade ends the one before.
   */
  async takeOrigin(tx: Tx, residentId: string, origin: StatedOrigin, at: Date): Promise<boolean> {
    const known = await this.residents.origins(tx, [residentId]);
    const open = known.find(({ until }) => until === null);
    if (open?.divisionCode === origin.divisionCode && rankOf(open) <= rankOf(origin)) return false;
    if (open && rankOf(open) < rankOf(origin)) return false;
    const isMove = open !== undefined && open.divisionCode !== origin.divisionCode && rankOf(open) === rankOf(origin);
    const from = origin.from;
    await this.residents.endOrigins(tx, open ? [open.id] : [], at);
    // What held before the move goes on holding for those days.
    if (isMove && from !== null && (open.from === null || open.from < from)) {
      await this.residents.insertOrigin(tx, residentId, { ...open, until: from }, at);
    }
    const last =
      known
        .filter(({ until }) => until !== null)
        .map(({ until }) => until!)
        .sort()
        .at(-1) ?? null;
    const starts = last !== null && (from === null || from < last) ? last : from;
    await this.residents.insertOrigin(tx, residentId, { ...origin, from: starts, until: null }, at);
    return true;
  }

  /** The registration left; where it went is not known here. */
  async endOrigin(tx: Tx, residentId: string, until: Day, at: Date): Promise<boolean> {
    const open = (await this.residents.origins(tx, [residentId])).find((origin) => origin.until === null);
    if (!open || (open.from !== null && open.from >= until)) return false;
    await this.residents.endOrigins(tx, [open.id], at);
    await this.residents.insertOrigin(tx, residentId, { ...open, basis: 'registry', until }, at);
    return true;
  }

  /** One record goes up in another: what the survivor has of the origin stands, else the other's. */
  async join(tx: Tx, from: string, into: string, at: Date): Promise<void> {
    const [survivor, other] = [await this.residents.origins(tx, [into]), await this.residents.origins(tx, [from])];
    await this.residents.endOrigins(
      tx,
      other.map(({ id }) => id),
      at,
    );
    await this.residents.moveOrigins(tx, from, into);
    if (survivor.length === 0) for (const origin of other) await this.residents.insertOrigin(tx, into, origin, at);
    await this.residents.moveRecords(tx, from, into);
    await this.residents.delete(tx, from);
  }
}

const rankOf = ({ basis }: Pick<StatedOrigin, 'basis'>): number => RESIDENCE_BASES.indexOf(basis);

const numberOf = ({ idType, idNumber }: NamedPerson): string | null =>
  idNumber === null ? null : readNumber(idType ?? CITIZEN_PAPER, idNumber);

function readNumber(type: string, text: string, { isLoose = false } = {}): string {
  const normal = normaliseIdNumber(text);
  if (type !== CITIZEN_PAPER || (isLoose && !/^\d{15}$|^\d{17}[\dX]$/.test(normal))) {
    if (!OTHER_PAPER.test(normal)) throw refuse.numberUnreadable('SHAPE');
    return normal;
  }
  const parsed = parseCitizenId(text);
  if (typeof parsed === 'string') throw refuse.numberUnreadable(parsed);
  return parsed.number;
}
