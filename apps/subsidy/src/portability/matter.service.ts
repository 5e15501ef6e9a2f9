import { randomUUID } from 'node:crypto';
import {
  type CoordinationAnswer,
  type CoordinationAsked,
  type CoordinationMatter,
  type CoordinationMatters,
  type CoordinationReply,
  coordinationWanted,
} from '@app/contracts';
import { currentContext, type Database, inContext, systemContext, type Tx } from '@app/database';
import type { Outbox } from '@app/jobs';
import {
  CLOCK,
  type Clock,
  countyOf,
  type Day,
  type DivisionCode,
  divisionLevel,
  findDay,
  findDivisionCode,
  maskIdNumber,
  yearOf,
} from '@app/kernel';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { BeneficiaryService } from '../beneficiary/beneficiary.service';
import { ReimbursementService } from '../reimbursement/reimbursement.service';
import { SUBSIDY_DATABASE, SUBSIDY_OUTBOX } from '../subsidy.tokens';
import { fenOf, MatterRepository } from './matter.repository';
import { CASE_FIELDS, type Matter } from './matter.types';
import { refuse } from './portability.errors';
import { PortabilityRepository } from './portability.repository';
import { SwitchingService } from './switching.service';

const PURPOSE = {
  'transfer-case': '随户籍迁移转接待遇，无需重新申请；请停止发放并告知已发放至何时',
  'settle-payment': '贵地负责期间的待遇已由我地发放，请结算；家庭不退不补',
} as const;
const LEGAL_BASIS = '人口与计划生育法第十四条；育儿补贴制度管理规范第七条、第二十条';
const OURS = 'what another place asks concerns whoever it is about, wherever they are served';

/** What this app wants of places that another installation serves, and what it can tell them by itself. */
@Injectable()
export class MatterService implements CoordinationMatters {
  constructor(
    @Inject(SUBSIDY_DATABASE) private readonly database: Database,
    @Inject(SUBSIDY_OUTBOX) private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly matters: MatterRepository,
    private readonly portability: PortabilityRepository,
    private readonly switching: SwitchingService,
    private readonly reimbursements: ReimbursementService,
    private readonly beneficiaries: BeneficiaryService,
  ) {}

  /** An officer of the new place asks the old one for a case; the same case again is the same matter. */
  requestCase(wanted: {
    personId: string;
    programme: string;
    from: string;
    movedOn: Day;
    actor: string;
    division: DivisionCode;
  }): Promise<Matter> {
    const ours = countyOf(wanted.division);
    const theirs = findDivisionCode(wanted.from);
    if (!theirs || divisionLevel(theirs) !== 'county' || theirs === ours)
      return Promise.reject(refuse.notAPlace(wanted.from));
    return this.database.write(async (tx) => {
      if (!(await this.matters.isInRegister(tx, wanted.personId, ours))) throw refuse.nothingToCarry(wanted.personId);
      if (wanted.movedOn > this.clock.today()) throw refuse.dayAhead(wanted.movedOn);
      const id = await this.matters.wantCase(tx, { ...wanted, from: ours, to: theirs }, this.clock.now());
      await this.outbox.plan(tx, coordinationWanted, [{ app: 'subsidy', matter: id }]);
      tx.concern('place_matter', [id]);
      return tx.disclose('place_matter', [(await this.matters.find(tx, id))!])[0]!;
    });
  }

  matter(id: string): Promise<CoordinationMatter | null> {
    return this.work('place matter', id, () =>
      this.database.read(async (read) => {
        const found = await this.matters.find(read, id);
        if (!found || (found.outcome !== null && found.outcome !== 'no-reply')) return null;
        if (found.kind === 'settle-payment' && found.reimbursementState !== 'open') return null;
        const { kind, fromCounty: fromDivision, toCounty: toDivision, personId } = found;
        const fields = kind === 'transfer-case' ? CASE_FIELDS : (['acknowledged'] as const);
        const common = { app: 'subsidy', matter: id, purpose: PURPOSE[kind], legalBasis: LEGAL_BASIS } as const;
        read.disclose('place_matter', [found]);
        return { ...common, kind, fromDivision, toDivision, personId, fields, offered: offeredOf(found) };
      }),
    );
  }

  /** The first authority that was asked stops, and says until when it has paid, in one transaction; in doubt an officer does. */
  answer(asked: CoordinationAsked): Promise<CoordinationReply | null> {
    if (asked.kind !== 'transfer-case' && asked.kind !== 'settle-payment') return Promise.resolve(null);
    return this.work(asked.kind, asked.request, () =>
      this.database.write((tx) =>
        tx.across(OURS, () =>
          asked.kind === 'transfer-case' ? this.handOver(tx, asked) : this.acknowledge(tx, asked),
        ),
      ),
    );
  }

  /** What the other place said. Told again, or late, it is followed once. */
  async follow({ matter: id, outcome, values }: CoordinationAnswer): Promise<void> {
    await this.database.write(async (tx) => {
      const matter = await this.matters.find(tx, id);
      if (!matter || !(await this.matters.answer(tx, id, outcome, this.clock.now()))) return;
      tx.concern('place_matter', [id]);
      if (outcome === 'confirmed' && matter.kind === 'transfer-case') await this.takeOver(tx, matter, values);
    });
  }

  private async handOver(tx: Tx, asked: CoordinationAsked): Promise<CoordinationReply | null> {
    const { request, personId, offered } = asked;
    const known = await this.matters.decisionOf(tx, request);
    if (known) return this.replyOf(tx, known.id, asked);
    const { programme } = offered;
    const leftOn = findDay(offered.moved_on ?? '');
    const [from, to] = [asked.toDivision, asked.fromDivision].map((code) => countyOf(code as DivisionCode));
    if (personId === null || !programme || !leftOn || !from || !to) return null;
    const entitlement = (await this.switching.entitlements(tx, personId)).find((one) => one.programme === programme);
    if (!entitlement) return { outcome: 'not-found', values: {} };
    if (this.switching.responsible(entitlement).join() !== from) return null;
    const now = await this.portability.registered(tx, personId);
    // Our own register has to show that they left: nobody's entitlement is taken away on another's word alone.
    const hasLeft = now && (now.status === 8 || now.movedOutOn !== null || now.county !== from);
    if (!hasLeft) return null;
    const move = {
      from: { county: from, isElsewhere: false },
      leftOn,
      to: { county: to, isElsewhere: now.county !== to },
    };
    const by = { basis: 'other-place', actor: 'system:portability', documentNo: request } as const;
    const decisionId = await this.switching.follow(tx, entitlement, move, by);
    return decisionId === null ? null : this.replyOf(tx, decisionId, asked);
  }

  private async replyOf(tx: Tx, decisionId: string, asked: CoordinationAsked): Promise<CoordinationReply> {
    const found = await this.matters.caseOf(tx, decisionId);
    if (!found) return { outcome: 'confirmed', values: {} };
    tx.disclose('claim', [found], () => decisionId);
    const open = (column: string, sealed: Buffer | null): string | undefined =>
      sealed && found.accountId
        ? this.vault.open(sealed, { table: 'payee_account', column, row: found.accountId })
        : undefined;
    const all: Record<string, string | undefined> = {
      responsible_until: found.responsibleUntil ?? undefined,
      paid_until: found.paidUntil ?? undefined,
      claim_year: found.isHandedOver ? String(found.claimYear) : undefined,
      submitted_on: found.submittedOn,
      relation: found.relation,
      applicant_id_number: found.holderIsApplicant ? open('holder_sealed', found.holderSealed) : undefined,
      holder_name: found.holderName ?? undefined,
      bank_code: found.bankCode ?? undefined,
      account_no: open('account_sealed', found.accountSealed),
      account_kind: found.accountKind ?? undefined,
    };
    const told = Object.entries(all).filter(([field, value]) => value !== undefined && asked.fields.includes(field));
    return { outcome: 'confirmed', values: Object.fromEntries(told) as Record<string, string> };
  }

  /** Another place paid for days that are ours: owed from now on. Where they are not, it is told so. */
  private async acknowledge(tx: Tx, asked: CoordinationAsked): Promise<CoordinationReply | null> {
    const { request, personId, offered } = asked;
    const [from, until, fen] = [findDay(offered.from ?? ''), findDay(offered.until ?? ''), fenOf(offered.fen)];
    const { programme } = offered;
    if (personId === null) return { outcome: 'not-found', values: {} };
    if (!programme || !from || !until || fen === null || from >= until) return { outcome: 'mismatch', values: {} };
    const beneficiaryId = await this.portability.lockBeneficiary(tx, personId);
    const [debtor, creditor] = [asked.toDivision, asked.fromDivision].map((code) => countyOf(code as DivisionCode));
    if (!debtor || !creditor) return { outcome: 'mismatch', values: {} };
    // Whose case is on its way to us is nobody's yet: we are asked again, and in the end a person is.
    if (!beneficiaryId) return null;
    if (!(await this.matters.isResponsible(tx, beneficiaryId, programme, debtor, from))) return null;
    await this.reimbursements.bookAsked(tx, { request, beneficiaryId, programme, debtor, creditor, from, until, fen });
    return { outcome: 'confirmed', values: asked.fields.includes('acknowledged') ? { acknowledged: 'true' } : {} };
  }

  /** The case is ours from the day that the other place named; a claim that it had not paid goes on here. */
  private async takeOver(tx: Tx, matter: Matter, values: Readonly<Record<string, string>>): Promise<void> {
    const at = this.clock.now();
    const { programme, fromCounty: ours, toCounty: theirs, personId } = matter;
    const from = findDay(values.responsible_until ?? '');
    if (!from || !matter.movedOn) return;
    const beneficiaryId = await this.beneficiaries.ofPerson(tx, personId, null);
    await this.portability.lockBeneficiary(tx, personId);
    const claims = (await this.portability.claims(tx, beneficiaryId)).filter((claim) => claim.programme === programme);
    const standing = await this.portability.standing(tx, beneficiaryId, programme);
    if (standing.length > 0) return; // Decided here already, by whatever way.
    const entitlement = { beneficiaryId, programme, claims, standing, last: undefined };
    const move = {
      from: { county: theirs, isElsewhere: true },
      to: { county: ours, isElsewhere: false },
      leftOn: matter.movedOn,
    };
    await this.switching.begin(tx, entitlement, move, { from, request: matter.id });
    await this.goOn(tx, matter, beneficiaryId, values, at);
  }

  private async goOn(
    tx: Tx,
    { id, programme, fromCounty }: Matter,
    beneficiaryId: string,
    values: Readonly<Record<string, string>>,
    at: Date,
  ): Promise<void> {
    const { applicant_id_number: number, account_no: account, relation, claim_year: year } = values;
    const submittedOn = findDay(values.submitted_on ?? '');
    if (!number || !year || !submittedOn || !relation) return;
    const claimYear = Number(year);
    if (claimYear !== yearOf(submittedOn) && claimYear + 1 !== yearOf(submittedOn)) return;
    if (await this.matters.hasClaim(tx, beneficiaryId, programme, claimYear)) return;
    const applicantKey = this.vault.blindIndex('id-number', number);
    const accountId = randomUUID();
    const place = (column: string) => ({ table: 'payee_account', column, row: accountId });
    if (account && values.holder_name && values.bank_code)
      await this.matters.insertAccount(
        tx,
        {
          id: accountId,
          holderKey: applicantKey,
          holderMask: maskIdNumber(number),
          holderSealed: this.vault.seal(number, place('holder_sealed')),
          holderName: values.holder_name,
          bankCode: values.bank_code,
          accountKey: this.vault.blindIndex('bank-account', account),
          accountMask: '*'.repeat(Math.max(0, account.length - 4)) + account.slice(-4),
          accountSealed: this.vault.seal(account, place('account_sealed')),
          kind: values.account_kind ?? 'debit',
        },
        at,
      );
    const claimId = randomUUID();
    const hash = this.vault.blindIndex('row', JSON.stringify([id, claimYear]));
    const taken = { id: claimId, claimNo: `M${id}`, programme, beneficiaryId, applicantKey, relation, claimYear };
    const applicantMask = maskIdNumber(number);
    await this.matters.takeOver(tx, { ...taken, applicantMask, submittedOn, county: fromCounty, hash }, at);
    await this.switching.settlePlace(tx, claimId, `place-matter ${id}`);
    tx.concern('claim', [claimId]);
  }

  private work<T>(operation: string, caseRef: string, work: () => Promise<T>): Promise<T> {
    const actor = currentContext()?.actor ?? 'system';
    return inContext(systemContext(operation, { actor, purpose: 'coordination', caseRef }), work);
  }
}

const offeredOf = ({ kind, programme, movedOn, fen, from, until }: Matter): Record<string, string> =>
  kind === 'transfer-case'
    ? { programme, moved_on: movedOn! }
    : { programme, fen: String(fen), from: from!, until: until! };
