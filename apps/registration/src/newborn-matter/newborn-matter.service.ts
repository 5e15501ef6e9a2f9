import { randomUUID } from 'node:crypto';
import { newbornClaimChanged } from '@app/contracts';
import { currentContext, type Database, type Tx } from '@app/database';
import type { Outbox } from '@app/jobs';
import { CLOCK, type Clock, type Day, findDivisionCode, maskIdNumber } from '@app/kernel';
import { Vault } from '@app/vault';
import { workingDaysLater } from '@app/working-days';
import { Inject, Injectable } from '@nestjs/common';
import { DivisionService } from '../division/division.service';
import { RegisterService } from '../register/register.service';
import type { Evidence } from '../register/register.types';
import { FactService } from '../fact/fact.service';
import type { NewFact } from '../fact/fact.types';
import { REGISTRATION_DATABASE, REGISTRATION_OUTBOX } from '../registration.tokens';
import { RegistryCheckService } from '../registry-check/registry-check.service';
import { checkOpening, type CheckedOpening, ROLES } from './newborn-application.service';
import { refuse } from './newborn-matter.errors';
import {
  type KnownNotice,
  NewbornMatterRepository,
  type Move,
  type ParentRow,
  type SubCaseRow,
} from './newborn-matter.repository';
import { channelReasons, itemsOf } from './newborn-matter.rules';
import { canMove, type SubCaseState } from './newborn-matter.state';
import type { Item, KnownParent, Opening, ParentRole, Settlement } from './newborn-matter.types';

export interface Receipt {
  readonly caseNo: string;
  readonly receivedAt: Date;
  /** The same notice was received before. */
  readonly isRepeated: boolean;
}

/** Which parts the parents want, and who of them asks for the subsidy. */
export interface Choice {
  readonly matterId: string;
  readonly items: readonly Item[];
  readonly applicant: ParentRole | null;
}

/** Where an officer's word leaves a part. */
const SETTLED: Readonly<Record<Settlement, SubCaseState>> = {
  DONE: 'done',
  FAILED: 'failed',
  WAITING: 'waiting',
  REOPENED: 'open',
};

const ANYWHERE = 'a birth is reported where it happened, and its family may be registered in any division';

/** A newborn's matter: opened once, whoever is first, and then as many independent parts as the parents choose. */
@Injectable()
export class NewbornMatterService {
  constructor(
    @Inject(REGISTRATION_DATABASE) private readonly database: Database,
    @Inject(REGISTRATION_OUTBOX) private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly register: RegisterService,
    private readonly facts: FactService,
    private readonly divisions: DivisionService,
    private readonly matters: NewbornMatterRepository,
    private readonly checks: RegistryCheckService,
  ) {}

  /**
   * A hospital tells of a birth. The same under one reference is answered the same, and may add what was not known yet; what
   * contradicts it is refused.
   */
  notify(reference: string, opening: Opening, agencyDivision: string): Promise<Receipt> {
    const ref = reference.trim();
    if (ref === '' || [...ref].length > 64) throw refuse.referenceMissing();
    const checked = checkOpening({ ...opening, division: null }, this.clock.today());
    const { born, sex, mother } = checked;
    const hash = this.vault.blindIndex('row', JSON.stringify(['birth-notice', born, sex, mother?.number ?? null]));
    return this.database.write((tx) =>
      tx.across(ANYWHERE, async () => {
        const evidence = { basis: 'agency', sourceRef: ref, reason: 'birth notice' } as const;
        await this.matters.lock(tx, hash);
        const known = await this.matters.findNotice(tx, ref);
        if (known) {
          if (!known.hash.equals(hash) || this.contradicts(known, checked)) throw refuse.noticeDiffers(ref);
          await this.complete(tx, known.matterId, checked, evidence);
          return { caseNo: known.caseNo, receivedAt: known.receivedAt, isRepeated: true };
        }
        const matterId = await this.begin(tx, checked, { startedBy: 'hospital', ...evidence }, agencyDivision);
        await this.matters.addNotice(tx, ref, hash, matterId, this.clock.now());
        const noted = (await this.matters.findNotice(tx, ref))!;
        return { caseNo: noted.caseNo, receivedAt: noted.receivedAt, isRepeated: false };
      }),
    );
  }

  /** A parent, or the township for them, opens the matter; a second time it is the same one. Returns its id. */
  open(opening: Opening, startedBy: 'parents' | 'township', officeDivision: string | null): Promise<string> {
    const checked = checkOpening(opening, this.clock.today());
    if (!checked.mother && !checked.father) throw refuse.parentMissing();
    if (checked.certificateNo === null && checked.childName === null) throw refuse.childNotNamed();
    const own = currentContext()?.family?.key;
    const isOwn = ROLES.some((role) => checked[role] && this.keyOf(checked[role].number).toString('hex') === own);
    if (startedBy === 'parents' && !isOwn) throw refuse.notAParent();
    const basis = startedBy === 'parents' ? 'declared' : 'document';
    return this.database.write((tx) =>
      tx.across(ANYWHERE, () =>
        this.begin(tx, checked, { startedBy, basis, sourceRef: startedBy, reason: 'newborn matter' }, officeDivision),
      ),
    );
  }

  /** The parents' consent: the chosen parts begin, each by itself; what they leave out stays open to them later. */
  choose({ matterId, items, applicant }: Choice): Promise<void> {
    if (items.length === 0) throw refuse.nothingChosen();
    return this.database.write(async (tx) => {
      const parts = await this.matters.lockSubCases(tx, matterId);
      if (parts.length === 0) throw refuse.matterUnknown(matterId);
      const offered = parts.map(({ item }) => item);
      const unknown = items.find((item) => !offered.includes(item));
      if (unknown) throw refuse.itemNotOffered(unknown, offered);

      const at = this.clock.now();
      const wanted = parts.filter(
        ({ item, state }) => items.includes(item) && canMove(state, 'open') && state !== 'done',
      );
      const left = parts.filter(({ item, state }) => !items.includes(item) && state === 'offered');
      const role = await this.applicantOf(tx, matterId, applicant);
      for (const part of wanted) await this.start(tx, part, role);
      const moves = [...wanted.map((part) => to(part, 'open')), ...left.map((part) => to(part, 'declined'))];
      await this.matters.move(tx, moves, at);
      tx.concern('newborn_matter', [matterId]);
      await this.tellSubsidy(tx, wanted);
    });
  }

  /** One part is taken back; the others go on. A second time changes nothing. */
  withdraw(subCaseId: string): Promise<void> {
    return this.database.write(async (tx) => {
      const part = await this.matters.lockSubCase(tx, subCaseId);
      if (!part) throw refuse.subCaseUnknown(subCaseId);
      if (part.state === 'withdrawn' || part.state === 'declined') return;
      const target = part.state === 'offered' ? 'declined' : 'withdrawn';
      if (!canMove(part.state, target)) throw refuse.cannotMove(subCaseId, part.state, target);

      await this.matters.move(tx, [to(part, target)], this.clock.now());
      tx.concern('newborn_matter', [part.matterId]);
      await this.tellSubsidy(tx, [part]);
    });
  }

  /** An officer enters what the part's authority said. */
  settle(subCaseId: string, word: Settlement, reason: string | null, reference: string | null): Promise<void> {
    const why = reason?.trim() ?? '';
    const length = [...why].length;
    if ((word === 'FAILED' || word === 'WAITING') && (length < 4 || length > 200)) throw refuse.reasonMissing();
    return this.database.write(async (tx) => {
      const part = await this.matters.lockSubCase(tx, subCaseId);
      if (!part) throw refuse.subCaseUnknown(subCaseId);
      const target = SETTLED[word];
      if (!canMove(part.state, target)) throw refuse.cannotMove(subCaseId, part.state, target);

      if (target === 'open') await this.setDeadline(tx, part);
      await this.matters.move(tx, [to(part, target, why || null, reference?.trim() || null)], this.clock.now());
      tx.concern('newborn_matter', [part.matterId]);
    });
  }

  /** The matter of this child, made where there is none yet. */
  private async begin(
    tx: Tx,
    opening: CheckedOpening,
    source: Evidence & { startedBy: 'hospital' | 'parents' | 'township' },
    fallback: string | null,
  ): Promise<string> {
    const { startedBy, ...evidence } = source;
    const certificateKey =
      opening.certificateNo === null ? null : this.vault.blindIndex('birth-certificate', opening.certificateNo);
    const named = ROLES.flatMap((role) => (opening[role] ? [{ role, ...opening[role] }] : []));
    const keyed = named.map((parent) => ({ ...parent, key: this.keyOf(parent.number) }));
    for (const { key } of [...keyed].sort((a, b) => a.key.compare(b.key))) await this.matters.lock(tx, key);

    const { born, sex, childName: name } = opening;
    const parentKeys = keyed.map(({ key }) => key);
    const isNotice = startedBy === 'hospital';
    const known = await this.matters.findMatter(tx, { certificateKey, parentKeys, born, sex, name, isNotice });
    if (known) {
      await this.complete(tx, known.id, opening, evidence);
      return known.id;
    }

    const persons = new Map<ParentRole, KnownParent | undefined>();
    for (const { role, key } of keyed) persons.set(role, await this.matters.findParent(tx, key));
    const parents = keyed.map(({ role, ...parent }) => this.parentRow(role, parent, persons.get(role)?.id ?? null));
    const mother = persons.get('mother');
    const father = persons.get('father');
    const divisionCode = opening.division ?? mother?.divisionCode ?? father?.divisionCode ?? fallback;
    const code = divisionCode === null ? undefined : findDivisionCode(divisionCode);
    if (!code) throw refuse.divisionMissing();
    await this.divisions.addUnconfirmed(tx, [code]);
    const today = this.clock.today();
    const childId =
      (certificateKey && (await this.matters.findChild(tx, certificateKey))) ??
      (await this.register.registerNewborn(tx, {
        name,
        sex,
        born,
        birthCertificateNo: opening.certificateNo,
        motherId: mother?.id ?? null,
        fatherId: father?.id ?? null,
        divisionCode: code,
        ...evidence,
      }));
    const channel = await this.matters.channelRow(tx, code, today);
    const knownParents = [mother, father].filter((parent): parent is KnownParent => parent !== undefined);
    const reasons = channelReasons(channel, { born, today, parents: knownParents });
    const id = randomUUID();
    await this.matters.insertMatter(tx, {
      id,
      divisionCode: code,
      childId,
      childName: name,
      sex,
      born,
      certificateSealed: this.sealCertificate(opening.certificateNo, id),
      certificateKey,
      channel: reasons.length > 0 ? 'single' : 'joint',
      channelReasons: reasons,
      startedBy,
      openedOn: today,
      openedAt: this.clock.now(),
    });
    await this.matters.insertParents(tx, id, parents);
    await this.matters.insertSubCases(tx, id, itemsOf(await this.matters.itemRows(tx, code, today)));
    tx.concern('newborn_matter', [id]);
    await this.checks.plan(tx, { kind: 'newborn-matter', id });
    return id;
  }

  /** Whether a notice says otherwise than what is known by now; what it leaves out contradicts nothing. */
  private contradicts(known: KnownNotice, { certificateNo, childName, father }: CheckedOpening): boolean {
    const certificate = certificateNo === null ? null : this.vault.blindIndex('birth-certificate', certificateNo);
    const differs = (before: Buffer | null, now: Buffer | null) =>
      before !== null && now !== null && !before.equals(now);
    return (
      differs(known.certificateKey, certificate) ||
      differs(known.fatherKey, father && this.keyOf(father.number)) ||
      (known.childName !== null && childName !== null && known.childName !== childName)
    );
  }

  /** Adds what the matter did not know yet: a name, a certificate, a parent; the register learns of the last two. */
  private async complete(tx: Tx, id: string, opening: CheckedOpening, evidence: Evidence): Promise<void> {
    const { certificateNo, childName, born } = opening;
    const certificateKey = certificateNo === null ? null : this.vault.blindIndex('birth-certificate', certificateNo);
    const child = await this.matters.childOf(tx, id);
    const certificateSealed = child.isCertified ? null : this.sealCertificate(certificateNo, id);
    await this.matters.complete(tx, id, { childName, certificateSealed, certificateKey });
    const learnt: NewFact[] = [];
    const period = { valid: { from: born, until: null }, certain: { from: born, until: null } };
    const holder = certificateKey && (await this.matters.findChild(tx, certificateKey));
    if (certificateNo !== null && !child.hasCertificate && !holder)
      learnt.push({ kind: 'identity', personId: child.id, code: 'BIRTH_CERTIFICATE', number: certificateNo, period });
    for (const role of ROLES) {
      const named = opening[role];
      if (!named) continue;
      const key = this.keyOf(named.number);
      const otherPersonId = (await this.matters.findParent(tx, key))?.id ?? null;
      await this.matters.insertParents(tx, id, [this.parentRow(role, { ...named, key }, otherPersonId)]);
      if (otherPersonId !== null && !child.parents.includes(role))
        learnt.push({ kind: 'kinship', personId: child.id, code: `birth-${role}`, otherPersonId, period });
    }
    tx.concern('newborn_matter', [id]);
    await this.checks.plan(tx, { kind: 'newborn-matter', id });
    if (learnt.length === 0) return;
    const persons = [child.id, ...learnt.flatMap(({ otherPersonId }) => otherPersonId ?? [])];
    await this.facts.change(tx, { kind: 'newborn', persons, ...evidence }, async (change) => {
      for (const fact of learnt) await change.record(fact);
    });
  }

  /** Sets what a part needs to begin: its deadline, and for the subsidy who asks. */
  private async start(tx: Tx, part: SubCaseRow, role: ParentRole | null): Promise<void> {
    await this.setDeadline(tx, part);
    if (part.item === 'childcare-subsidy' && role) await this.matters.setApplicant(tx, part.id, role);
  }

  private async setDeadline(tx: Tx, { id, workingDays }: Pick<SubCaseRow, 'id' | 'workingDays'>): Promise<void> {
    const today: Day = this.clock.today();
    await this.matters.setDeadline(tx, id, today, workingDaysLater(today, workingDays, 'leave-open'));
  }

  /** Who asks for the subsidy: as said, else the parent who is signed in, else the mother. */
  private async applicantOf(tx: Tx, matterId: string, said: ParentRole | null): Promise<ParentRole | null> {
    const parents = await this.matters.parents(tx, matterId);
    const chosen = said ? parents.find(({ role }) => role === said) : undefined;
    return (chosen ?? parents.find(({ isCaller }) => isCaller) ?? parents[0])?.role ?? null;
  }

  /** Planned last: it holds the message's row until the commit. */
  private tellSubsidy(tx: Tx, parts: readonly SubCaseRow[]): Promise<void> {
    const subsidy = parts.filter(({ item }) => item === 'childcare-subsidy');
    return this.outbox.plan(
      tx,
      newbornClaimChanged,
      subsidy.map(({ id }) => ({ subCase: id })),
    );
  }

  private parentRow(
    role: ParentRole,
    { name, number, key }: { name: string; number: string; key: Buffer },
    personId: string | null,
  ): ParentRow {
    const id = randomUUID();
    const sealed = this.vault.seal(number, { table: 'newborn_parent', column: 'number_sealed', row: id });
    return { id, role, personId, name, sealed, key, mask: maskIdNumber(number) };
  }

  private sealCertificate(no: string | null, row: string): Buffer | null {
    return no === null ? null : this.vault.seal(no, { table: 'newborn_matter', column: 'certificate_sealed', row });
  }

  private keyOf(number: string): Buffer {
    return this.vault.blindIndex('id-number', number);
  }
}

const to = (
  { id, events, state }: SubCaseRow,
  target: SubCaseState,
  reason: string | null = null,
  reference: string | null = null,
): Move => ({ id, events, from: state, to: target, reason, reference });
