import type { Tx } from '@app/database';
import { CLOCK, type Clock, countyOf, type DivisionCode, maskIdNumber } from '@app/kernel';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { PERSON_SEAL } from '../person/sealed-columns.types';
import type { ExtractRow } from './extract-row.rules';
import { type HouseholdRow, type PersonValues, RegistryImportRepository } from './registry-import.repository';
import { isoInstant } from './source-time.rules';

/** A row that goes in. */
export interface AcceptedRow {
  readonly line: number;
  readonly row: ExtractRow;
  /** Keyed digest, hex. */
  readonly hash: string;
  readonly id: string;
  readonly isNew: boolean;
  /** The county that numbers the household, where it is not the one of the division. */
  readonly countyCode?: string;
}

/** Turns rows of an extract into rows of the register: numbers sealed and indexed, households and parents found. */
@Injectable()
export class PersonWriterService {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly register: RegistryImportRepository,
  ) {}

  /** Writes rows that the register has not seen, or has in an older version, with their households and known parents. */
  async write(tx: Tx, batchId: string, rows: readonly AcceptedRow[]): Promise<void> {
    if (rows.length === 0) return;
    const at = this.clock.now();
    const households = await this.register.ensureHouseholds(tx, householdsOf(rows), at);
    const keys = new NumberKeys(this.vault);
    const holders = await this.findHolders(tx, rows, keys);
    const inserted: PersonValues[] = [];
    const updated: PersonValues[] = [];
    const recordedAt = at.toISOString();
    for (const accepted of rows) {
      const { row, id, isNew } = accepted;
      const parent = (number: string | null): string | null => {
        const holder = number === null ? undefined : holders.get(keys.hex(number));
        return holder === undefined || holder === id ? null : holder;
      };
      (isNew ? inserted : updated).push([
        id,
        row.registryPersonId,
        row.name,
        row.nameMatch,
        row.sex,
        row.ethnicity,
        row.idType,
        row.idNumber === null
          ? null
          : this.vault.seal(row.idNumber, { table: PERSON_SEAL, column: 'id_number_sealed', row: id }),
        keys.of(row.idNumber),
        row.idNumber === null ? null : maskIdNumber(row.idNumber),
        keys.of(row.idNumberLegacy),
        row.birthCertificateNo === null
          ? null
          : this.vault.seal(row.birthCertificateNo, {
              table: PERSON_SEAL,
              column: 'birth_certificate_sealed',
              row: id,
            }),
        row.birthCertificateNo === null ? null : this.vault.blindIndex('birth-certificate', row.birthCertificateNo),
        row.born,
        row.died,
        row.status,
        row.householdNo === null ? null : households.get(householdKey(accepted))!,
        row.relationToHead,
        row.householdType,
        row.divisionCode,
        row.address,
        keys.of(row.fatherNumber),
        keys.of(row.motherNumber),
        parent(row.fatherNumber),
        parent(row.motherNumber),
        row.maritalStatus,
        row.movedInOn,
        row.movedOutOn,
        isoInstant(row.updatedAt),
        Buffer.from(accepted.hash, 'hex'),
        batchId,
        accepted.line,
        recordedAt,
      ]);
    }
    await this.register.insertPersons(tx, inserted);
    await this.register.updatePersons(tx, updated);
  }

  /** The one person behind each parent's number, among these rows and the register; two are nobody. */
  private async findHolders(tx: Tx, rows: readonly AcceptedRow[], keys: NumberKeys): Promise<Map<string, string>> {
    const wanted = new Set<string>();
    for (const { row } of rows) {
      if (row.fatherNumber !== null) wanted.add(keys.hex(row.fatherNumber));
      if (row.motherNumber !== null) wanted.add(keys.hex(row.motherNumber));
    }
    const candidates = await this.register.findHolders(
      tx,
      [...wanted],
      rows.filter(({ isNew }) => !isNew).map(({ id }) => id),
    );
    for (const { row, id } of rows) {
      if (row.idNumber === null) continue;
      const key = keys.hex(row.idNumber);
      if (wanted.has(key)) candidates.push({ key, id });
    }
    const holders = new Map<string, string>();
    const ambiguous = new Set<string>();
    for (const { key, id } of candidates) {
      if (holders.has(key) && holders.get(key) !== id) ambiguous.add(key);
      holders.set(key, id);
    }
    for (const key of ambiguous) holders.delete(key);
    return holders;
  }
}

/** Blind indexes of the identity numbers of one chunk; parents' numbers stand in it as often as their children. */
class NumberKeys {
  private readonly known = new Map<string, Buffer>();

  constructor(private readonly vault: Vault) {}

  of(number: string | null): Buffer | null {
    if (number === null) return null;
    let key = this.known.get(number);
    if (!key) this.known.set(number, (key = this.vault.blindIndex('id-number', number)));
    return key;
  }

  hex(number: string): string {
    return this.of(number)!.toString('hex');
  }
}

/** The county that numbered the household: where counties were merged, two households may have one number. */
const numberingCounty = ({ row, countyCode }: AcceptedRow): string =>
  countyCode ?? countyOf(row.divisionCode as DivisionCode);

/** A household number is unique in its county. */
const householdKey = (accepted: AcceptedRow): string => `${numberingCounty(accepted)}/${accepted.row.householdNo}`;

/** The households of these rows, described by the head's row where it is among them. */
function householdsOf(rows: readonly AcceptedRow[]): Map<string, HouseholdRow> {
  const households = new Map<string, HouseholdRow>();
  for (const accepted of rows) {
    const { row } = accepted;
    if (row.householdNo === null) continue;
    const key = householdKey(accepted);
    const isHead = row.relationToHead === '01' || row.relationToHead === '02';
    if (households.has(key) && !isHead) continue;
    const { householdNo, divisionCode, householdType, address } = row;
    households.set(key, { countyCode: numberingCounty(accepted), householdNo, divisionCode, householdType, address });
  }
  return households;
}
