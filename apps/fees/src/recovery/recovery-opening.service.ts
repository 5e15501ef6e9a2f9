import { OVERPAYMENTS, type OverpaymentGround, type Overpayments, PERSON_IDENTITIES } from '@app/contracts';
import type { PersonIdentities } from '@app/contracts';
import { type Database, newId, type Tx } from '@app/database';
import {
  CLOCK,
  type Clock,
  countyOf,
  type Day,
  type DivisionCode,
  maskIdNumber,
  normaliseIdNumber,
  parseCitizenId,
  yearOf,
  yuanText,
} from '@app/kernel';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { FEES_DATABASE } from '../fees.tokens';
import { refuse } from './recovery.errors';
import { RecoveryRepository } from './recovery.repository';
import { limitationEnds } from './recovery.rules';
import { RecoveryStepService, textOf } from './recovery-step.service';
import { RecoveryTermsService } from './recovery-terms.service';
import type { NewRecovery, RecoveryLine, RecoveryShare } from './recovery.types';

const LEVELS = ['central', 'province', 'city', 'county'];
const LINES_MAX = 200;

/** What an officer states, with the document that it stands in. */
export interface StatedOverpayment {
  readonly ground: OverpaymentGround;
  readonly programme: string;
  readonly divisionCode: string;
  readonly payeeName: string;
  readonly payeeNumber: string | null;
  readonly from: Day;
  readonly until: Day;
  readonly lines: readonly RecoveryLine[];
  readonly shares: readonly RecoveryShare[];
  readonly documentNo: string;
  readonly facts: string;
}

/** Opens cases: what subsidy tells is taken in once; what an officer states waits for a second one. */
@Injectable()
export class RecoveryOpeningService {
  constructor(
    @Inject(FEES_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(OVERPAYMENTS) private readonly overpayments: Overpayments,
    @Inject(PERSON_IDENTITIES) private readonly persons: PersonIdentities,
    private readonly vault: Vault,
    private readonly cases: RecoveryRepository,
    private readonly steps: RecoveryStepService,
    private readonly terms: RecoveryTermsService,
  ) {}

  /** Takes an overpayment in that subsidy told of; nothing where it was taken back, or is a case already. */
  async take(overpaymentId: string): Promise<void> {
    if (await this.database.read((read) => this.cases.idByOverpayment(read, overpaymentId))) return;
    const told = await this.overpayments.overpayment(overpaymentId);
    if (!told) return;
    const [payee] = told.payeeId === null ? [] : await this.persons.identify([told.payeeId], overpaymentId);
    const { id: _id, payeeId, payeeName, stillFen, ...rest } = told;
    const number = payee?.idNumber ?? null;
    await this.database.write(async (tx) => {
      const opened = await this.open(tx, {
        ...rest,
        overpaymentId,
        stillFen: stillFen < rest.fen ? stillFen : rest.fen,
        payee: { id: payeeId, name: payeeName, ...this.keyOf(number) },
        lines: [],
        note: null,
      });
      if (opened) await this.steps.take(tx, opened, 'detect');
    });
  }

  /** Subsidy tells that a fact was corrected again: nothing more is pressed for than is known now; an officer corrects the rest. */
  async learn(overpaymentId: string): Promise<void> {
    const id = await this.database.read((read) => this.cases.idByOverpayment(read, overpaymentId));
    if (id === undefined) return this.take(overpaymentId);
    const told = await this.overpayments.overpayment(overpaymentId);
    await this.database.write(async (tx) => {
      const row = await this.cases.forUpdate(tx, id);
      const known = told?.stillFen ?? 0n;
      const stillFen = row && known < row.wrongFen ? known : row?.wrongFen;
      if (!row || stillFen === undefined || stillFen === row.stillFen) return;
      await this.steps.take(tx, row, 'learn', { stillFen }, `${yuanText(row.stillFen)} → ${yuanText(stillFen)}`);
    });
  }

  /** What an officer states with evidence. It is no case of anybody's until a second officer has confirmed it. */
  propose(stated: StatedOverpayment): Promise<string> {
    const { lines, shares, documentNo, facts, payeeName, payeeNumber, ...rest } = stated;
    this.assertUsable(stated);
    const fen = lines.reduce((sum, { wrongFen }) => sum + wrongFen, 0n);
    const whole = shares.reduce((sum, share) => sum + share.fen, 0n);
    if (whole !== fen) throw refuse.sharesDiffer(yuanText(fen), yuanText(whole));
    const reference = textOf(documentNo, '证据文号', 200);
    const note = textOf(facts, '事实', 2000);
    const name = payeeName.trim();
    if (name === '' || [...name].length > 80) throw refuse.textMissing('收款人', 80, 1);
    const refs = lines.map(({ paymentRef }) => paymentRef);
    const paidOn = lines.reduce((first, line) => (line.paidOn < first ? line.paidOn : first), lines[0]!.paidOn);
    return this.database.write(async (tx) => {
      const claimed = await this.cases.claimed(tx, rest.divisionCode, refs);
      if (claimed.length > 0) throw refuse.alreadyClaimed(claimed);
      const payee = { id: null, name, ...this.keyOf(payeeNumber) };
      const base = {
        ...rest,
        overpaymentId: null,
        beneficiaryId: null,
        payee,
        paidOn,
        fen,
        stillFen: fen,
        shares,
        lines,
      };
      const opened = await this.open(tx, { ...base, foundOn: this.clock.today(), reference, note });
      await this.steps.take(tx, opened!, 'propose', {}, note);
      return opened!.id;
    });
  }

  /** A second officer has compared what was stated with the payments. */
  confirm(id: string, actor: string): Promise<string> {
    return this.database.write(async (tx) => {
      const row = await this.steps.load(tx, id, 'confirm');
      if (row.openedBy === actor) throw refuse.sameOfficer();
      await this.steps.take(tx, row, 'confirm');
      return id;
    });
  }

  private async open(tx: Tx, one: NewRecovery): Promise<{ id: string; state: 'new'; events: number } | null> {
    const [at, openedOn] = [this.clock.now(), this.clock.today()];
    const [county, year] = [countyOf(one.divisionCode as DivisionCode), yearOf(openedOn)];
    const terms = await this.terms.of(tx, one.divisionCode, openedOn);
    const count = await this.cases.nextCount(tx, county, year);
    const caseNo = `${county.slice(0, 6)}-${year}-R${String(count).padStart(6, '0')}`;
    const id = newId(at);
    const ends = limitationEnds(one.foundOn, one.paidOn, [], terms);
    const isNew = await this.cases.insert(tx, { ...one, id, caseNo, openedOn, limitationEnds: ends, at });
    return isNew ? { id, state: 'new', events: 0 } : null;
  }

  private assertUsable({ divisionCode, lines, shares, from, until, payeeNumber }: StatedOverpayment): void {
    const today = this.clock.today();
    if (!/^\d{6}000000$/.test(divisionCode)) throw refuse.divisionUnusable(divisionCode);
    const refs = new Set(lines.map(({ paymentRef }) => paymentRef.trim()));
    const isLine = ({ paymentRef, paidFen, wrongFen }: RecoveryLine) =>
      paymentRef.trim().length > 0 && paymentRef.length <= 80 && wrongFen > 0n && wrongFen <= paidFen;
    if (lines.length === 0 || lines.length > LINES_MAX || refs.size !== lines.length || !lines.every(isLine))
      throw refuse.linesUnusable();
    if (until <= from || lines.some(({ paidOn }) => paidOn > today)) throw refuse.daysUnusable();
    const unknown = shares.find(({ level, fen }) => !LEVELS.includes(level) || fen <= 0n);
    if (unknown) throw refuse.levelUnknown(unknown.level);
    if (payeeNumber !== null && typeof parseCitizenId(payeeNumber) === 'string') throw refuse.numberUnusable();
  }

  /** Only the index and the mask are kept: a case needs to find its person, not to tell their number. */
  private keyOf(number: string | null): { key: Buffer | null; mask: string | null } {
    if (number === null) return { key: null, mask: null };
    const normal = normaliseIdNumber(number);
    return { key: this.vault.blindIndex('id-number', normal), mask: maskIdNumber(normal) };
  }
}
