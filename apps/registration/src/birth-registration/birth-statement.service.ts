import { randomUUID } from 'node:crypto';
import type { Tx } from '@app/database';
import { addDays, addMonths, type Day, findDay, findDivisionCode, maskIdNumber } from '@app/kernel';
import { Vault } from '@app/vault';
import { Injectable } from '@nestjs/common';
import { IdentityService } from '../person/identity.service';
import { nameForMatching } from '../person/name.rules';
import { PARTY_SEAL } from '../person/sealed-columns.types';
import {
  findIdType,
  idTypeOfNumber,
  MARITAL_CODES,
  parseIdNumber,
  SEX_CODES,
} from '../registry-import/registry-code.rules';
import { refuse } from './birth-registration.errors';
import { COMMITMENT_FACTS, COMMITMENT_TEXT, judge, type ServiceText } from './birth-registration.rules';
import type { ChildInput, CommitmentInput, PartyInput, Statement } from './birth-registration.types';
import type { Claimed, Prepared, PreparedChild, StoredParty } from './birth-statement.types';

/** Two births of one mother lie further apart than this, and a guess of the month is nearer. */
const SAME_PREGNANCY_DAYS = 60;
/** Twins are seldom born weeks apart, but it happens. */
const ONE_BIRTH_DAYS = 100;
const CONTROL = /[\p{Cc}\p{Cf}\p{Cs}\uFFFD]/u;

/** Looks through what somebody says of a birth; refuses at the place what cannot be taken, and seals the numbers. */
@Injectable()
export class BirthStatementService {
  constructor(
    private readonly vault: Vault,
    private readonly identities: IdentityService,
  ) {}

  async prepare(tx: Tx, stated: Statement, text: ServiceText, today: Day): Promise<Prepared> {
    if (stated.parties.length < 1 || stated.parties.length > 2) throw refuse.partyMissing();
    if (new Set(stated.parties.map(({ role }) => role)).size !== stated.parties.length) throw refuse.partyMissing();
    const parties: StoredParty[] = [];
    for (const party of stated.parties) parties.push(await this.party(tx, party, text));
    const earlier = earlierOf(stated, text);
    const declaredCode = stated.registeredElsewhere ? findDivisionCode(stated.registeredElsewhere.trim()) : null;
    if (declaredCode === undefined) throw refuse.placeUnreadable('mother', 'registeredElsewhere');
    const rest = { earlier, declaredCode, commitment: commitmentOf(stated.commitment, text, today) };
    return this.complete(parties, stated.expectedMonth, stated.children, rest, text, today);
  }

  /** The same parents with the birth that took place: their seals are bound to new rows. */
  withBirth(
    parties: readonly StoredParty[],
    earlier: Prepared['earlier'],
    born: Pick<Statement, 'children' | 'commitment'> & { declaredCode: string | null },
    text: ServiceText,
    today: Day,
  ): Prepared {
    const again = parties.map((party) => this.sealAnew(party));
    const { declaredCode } = born;
    const rest = { earlier, declaredCode, commitment: commitmentOf(born.commitment, text, today) };
    return this.complete(again, null, born.children, rest, text, today);
  }

  private complete(
    parties: readonly StoredParty[],
    month: string | null | undefined,
    given: readonly ChildInput[] | null | undefined,
    rest: Pick<Prepared, 'earlier' | 'declaredCode' | 'commitment'>,
    text: ServiceText,
    today: Day,
  ): Prepared {
    const children = this.children(given ?? [], today);
    if ((month !== undefined && month !== null) === children.length > 0) throw refuse.monthOrChildren();
    const expectedMonth = month ? monthOf(month, today) : null;
    const bornOn = children.map((child) => child.bornOn).sort()[0] ?? null;
    const judgement = judge(text, { filedOn: today, parties, bornOn, earlier: rest.earlier });
    const claimed = this.claimed(parties, expectedMonth, children);
    return { parties, expectedMonth, children, ...rest, judgement, claimed };
  }

  private async party(tx: Tx, given: PartyInput, text: ServiceText): Promise<StoredParty> {
    const { role } = given;
    if (given.maritalStatus && !text.asks('marital-status')) throw refuse.notAskedHere('maritalStatus');
    if (given.maritalStatus && !MARITAL_CODES.has(given.maritalStatus)) {
      throw refuse.partyNumberWrong(role, 'MARITAL_STATUS_UNKNOWN');
    }
    const place = (field: 'hukouDivision' | 'residenceDivision'): string | null => {
      const asked = given[field];
      if (!asked) return null;
      const code = findDivisionCode(asked.trim());
      if (!code) throw refuse.placeUnreadable(role, field);
      return code;
    };
    const stated = {
      role,
      hukou: place('hukouDivision'),
      residence: place('residenceDivision'),
      residentSince: given.residentSince ?? null,
      hasPermit: given.hasResidencePermit ?? null,
      marital: given.maritalStatus ?? null,
    };
    if (given.personId) {
      if (given.idNumber) throw refuse.partyIncomplete(role);
      const person = await this.identities.find(tx, given.personId);
      if (!person) throw refuse.personUnknown(given.personId);
      return {
        ...stated,
        id: randomUUID(),
        hukou: person.divisionCode,
        personId: person.id,
        name: person.name,
        idType: person.idType,
        idNumberSealed: null,
        idNumberKey: person.idNumberKey,
        idNumberMask: person.idNumberMask,
      };
    }
    return this.described(tx, given, stated);
  }

  private async described(
    tx: Tx,
    { role, name: givenName, idType, idNumber }: PartyInput,
    stated: Pick<StoredParty, 'role' | 'hukou' | 'residence' | 'residentSince' | 'hasPermit' | 'marital'>,
  ): Promise<StoredParty> {
    const name = givenName?.trim().normalize('NFC') ?? '';
    if (name === '' || [...name].length > 50 || CONTROL.test(name) || !idNumber) throw refuse.partyIncomplete(role);
    const type = idType ? findIdType(idType) : idTypeOfNumber(idNumber.trim().toUpperCase());
    if (!type) throw refuse.partyNumberWrong(role, 'ID_TYPE_UNKNOWN');
    const parsed = parseIdNumber(type, idNumber);
    if (typeof parsed === 'string') throw refuse.partyNumberWrong(role, parsed);
    const [id, key] = [randomUUID(), this.vault.blindIndex('id-number', parsed.number)];
    // A number alone tells nobody's name here: who is registered under it is linked where the name given is theirs.
    const found = await this.identities.findByKey(tx, key);
    const known = found && nameForMatching(found.name) === nameForMatching(name) ? found : undefined;
    return {
      ...stated,
      id,
      hukou: known?.divisionCode ?? stated.hukou,
      personId: known?.id ?? null,
      name,
      idType: type,
      idNumberSealed: this.vault.seal(parsed.number, placeOf(id)),
      idNumberKey: key,
      idNumberMask: maskIdNumber(parsed.number),
    };
  }

  private sealAnew(party: StoredParty): StoredParty {
    const id = randomUUID();
    if (!party.idNumberSealed) return { ...party, id };
    const number = this.vault.open(party.idNumberSealed, placeOf(party.id));
    return { ...party, id, idNumberSealed: this.vault.seal(number, placeOf(id)) };
  }

  private children(given: readonly ChildInput[], today: Day): PreparedChild[] {
    const orders = new Set(given.map(({ order }) => order));
    if (given.some(({ order }) => order < 1 || order > given.length) || orders.size !== given.length) {
      throw refuse.childrenUnusable('ORDER');
    }
    const days = given.map(({ bornOn }) => bornOn).sort();
    if (days.some((born) => born > today)) throw refuse.childrenUnusable('BIRTH_IN_FUTURE');
    if (days.length > 1 && addDays(days[0]!, ONE_BIRTH_DAYS) < days.at(-1)!)
      throw refuse.childrenUnusable('NOT_ONE_BIRTH');
    const certificates = given.map(({ birthCertificateNo }) => birthCertificateNo?.trim().toUpperCase() || null);
    if (certificates.some((no) => no !== null && !/^[A-Z]\d{9}$/.test(no)))
      throw refuse.childrenUnusable('CERTIFICATE');
    const stated = certificates.filter((no) => no !== null);
    if (new Set(stated).size !== stated.length) throw refuse.childrenUnusable('CERTIFICATE_TWICE');
    return given.map((child, i) => {
      const no = certificates[i]!;
      if (child.sex !== null && child.sex !== undefined && SEX_CODES[String(child.sex)] === undefined) {
        throw refuse.childrenUnusable('SEX');
      }
      return {
        order: child.order,
        bornOn: child.bornOn,
        sex: child.sex ?? 0,
        certificateKey: no === null ? null : this.vault.blindIndex('birth-certificate', no),
        certificateMask: no === null ? null : `${no.slice(0, 3)}*******`,
      };
    });
  }

  /**
   * A birth is the mother's: by her and its day and order, so that twins are two and two mothers of one day are not
   * confused. Only where she is not named it is the father's. A certificate tells it apart by itself.
   */
  private claimed(parties: readonly StoredParty[], month: Day | null, children: readonly PreparedChild[]): Claimed[] {
    const carrier = parties.find(({ role }) => role === 'mother') ?? parties[0]!;
    const who = carrier.idNumberKey?.toString('hex') ?? carrier.personId!;
    const keyOf = (what: string) => this.vault.blindIndex('row', `birth|${carrier.role}|${who}|${what}`);
    if (month !== null) {
      const middle = addDays(month, 14);
      const span = [addDays(middle, -SAME_PREGNANCY_DAYS), addDays(middle, SAME_PREGNANCY_DAYS)] as const;
      return [{ kind: 'expected', key: keyOf('expected'), span }];
    }
    return children.flatMap(({ bornOn, order, certificateKey }): Claimed[] => [
      { kind: 'day-and-order', key: keyOf(`${bornOn}|${order}`) },
      ...(certificateKey ? [{ kind: 'certificate', key: certificateKey } as const] : []),
    ]);
  }

  /** What a birth would have been announced by, looked for when it is registered afterwards. */
  announced({ parties, children }: Prepared): Claimed[] {
    const carrier = parties.find(({ role }) => role === 'mother') ?? parties[0]!;
    const who = carrier.idNumberKey?.toString('hex') ?? carrier.personId!;
    const key = this.vault.blindIndex('row', `birth|${carrier.role}|${who}|expected`);
    return children.slice(0, 1).map(({ bornOn }) => ({ kind: 'expected', key, span: [bornOn, addDays(bornOn, 1)] }));
  }
}

const placeOf = (row: string) => ({ table: PARTY_SEAL, column: 'id_number_sealed', row });

function monthOf(text: string, today: Day): Day {
  const first = /^\d{4}-\d{2}$/.test(text) ? findDay(`${text}-01`) : undefined;
  if (!first) throw refuse.monthOrChildren();
  const thisMonth = `${today.slice(0, 7)}-01` as Day;
  if (first < addMonths(thisMonth, -1) || first > addMonths(thisMonth, 10)) throw refuse.monthOutOfRange(text);
  return first;
}

function earlierOf({ earlierChildren, parties }: Statement, text: ServiceText): Prepared['earlier'] {
  const given = earlierChildren ?? [];
  if (given.length > 0 && !text.asks('earlier-children')) throw refuse.notAskedHere('earlierChildren');
  return given.slice(0, 20).map((child) => ({
    bornOn: child.bornOn,
    isJoint: child.isJoint ?? parties.length === 2,
    isAdopted: child.isAdopted ?? false,
    isLiving: child.isLiving ?? true,
    isBeforeMarriage: child.isBeforeMarriage ?? false,
  }));
}

function commitmentOf(
  given: CommitmentInput | null | undefined,
  text: ServiceText,
  today: Day,
): CommitmentInput | null {
  if (!given) return null;
  const replaced = text.list('commitment-replaces');
  const problem =
    given.textVersion !== COMMITMENT_TEXT.version
      ? 'TEXT_VERSION'
      : given.facts.length === 0 || new Set(given.facts).size !== given.facts.length
        ? 'FACTS'
        : given.facts.some((fact) => !replaced.includes(COMMITMENT_FACTS[fact] ?? '-'))
          ? 'FACT_NOT_HERE'
          : given.signedOn > today
            ? 'SIGNED_IN_FUTURE'
            : Boolean(given.agentName?.trim()) !== Boolean(given.agentRelation?.trim())
              ? 'AGENT'
              : undefined;
  if (problem) throw refuse.commitmentUnusable(problem);
  return given;
}
