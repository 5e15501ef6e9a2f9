import { type Database, inContext, systemContext, type Tx } from '@app/database';
import type { Outbox } from '@app/jobs';
import { CLOCK, type Clock, type Day, yuanText, wordsOf } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { daysOf, deadlineEnd } from '../delivery/deadline.rules';
import { FEES_DATABASE, FEES_OUTBOX } from '../fees.tokens';
import { LetterService } from '../letter/letter.service';
import { refuse } from './remedy.errors';
import { remedyDecided, remedyResumed } from './remedy.jobs';
import { type Change, RemedyRepository } from './remedy.repository';
import { canMove, type RemedyState } from './remedy.state';
import { RemedyTermsService } from './remedy-terms.service';
import type { Contestable, Outcome, Remedy, SuspensionBasis } from './remedy.types';

const KIND = 'remedy';
const AT_ONCE = 200;
const CHANGES_AMOUNT: readonly Outcome[] = ['upheld-in-part', 'quashed'];
const SAYS: Record<Outcome, string> = {
  upheld: '维持原决定',
  'upheld-in-part': '变更原决定的金额',
  quashed: '撤销原决定',
  dismissed: '驳回复议请求',
  withdrawn: '终止复议',
};

interface Loaded {
  readonly remedy: Remedy;
  readonly decision: Contestable;
}

/** The steps of a remedy: looked at, accepted or refused, suspended or not, decided. Never by who made the decision. */
@Injectable()
export class RemedyStepService {
  constructor(
    @Inject(FEES_DATABASE) private readonly database: Database,
    @Inject(FEES_OUTBOX) private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly remedies: RemedyRepository,
    private readonly terms: RemedyTermsService,
    private readonly letters: LetterService,
  ) {}

  /** Everything that is missing, asked for once. */
  ask(id: string, missing: string, actor: string): Promise<string> {
    const note = reasonOf(missing);
    return this.step(id, actor, async (tx, { remedy }) => {
      const days = await this.terms.count(tx, 'supplement-days', remedy.divisionCode);
      const supplementDueOn = deadlineEnd(daysOf('reconsideration', days), this.clock.today(), 'leave-open');
      await this.move(tx, remedy, 'ask', 'supplement', { supplementDueOn, checkDueOn: null }, note);
    });
  }

  /** The applicant hands in what was missing; the time to look at it begins anew. */
  supplement(id: string, what: string): Promise<string> {
    const note = reasonOf(what);
    return this.step(id, null, async (tx, { remedy }) => {
      const days = await this.terms.count(tx, 'check-days', remedy.divisionCode);
      const checkDueOn = deadlineEnd(daysOf('reconsideration', days), this.clock.today(), 'leave-open');
      await this.move(tx, remedy, 'supplement', 'filed', { checkDueOn, supplementDueOn: null }, note);
    });
  }

  /** Takes a remedy; a late one only for a reason that excuses that. */
  accept(id: string, lateReason: string | null, actor: string): Promise<string> {
    return this.step(id, actor, async (tx, { remedy }) => {
      if (remedy.isLate && !lateReason?.trim()) throw refuse.lateNeedsReason(remedy.lastDay ?? '');
      const note = remedy.isLate ? reasonOf(lateReason!) : null;
      await this.take(tx, remedy, remedy.isLate ? 'accept-late' : 'accept', note);
    });
  }

  refuse(id: string, reason: string, actor: string): Promise<string> {
    const why = reasonOf(reason);
    return this.step(id, actor, async (tx, { remedy }) => {
      const note = remedy.isLate ? `申请期限已于 ${remedy.lastDay} 届满。${why}` : why;
      await this.move(tx, remedy, 'refuse', 'refused', { checkDueOn: null, supplementDueOn: null }, note);
    });
  }

  extend(id: string, reason: string, actor: string): Promise<string> {
    const why = reasonOf(reason);
    return this.step(id, actor, async (tx, { remedy }) => {
      const { kind, isExtended, acceptedOn, divisionCode } = remedy;
      if (kind === 'suit' || isExtended || acceptedOn === null) throw refuse.extendedAlready();
      const days = await this.terms.count(tx, 'decide-days', divisionCode);
      const more = await this.terms.count(tx, 'extend-days', divisionCode);
      const decideDueOn = deadlineEnd(daysOf('reconsideration', days + more), acceptedOn, 'leave-open');
      await this.move(tx, remedy, 'extend', 'accepted', { decideDueOn, isExtended: true }, why);
    });
  }

  /** A decision to suspend what is contested, or to go on with it: a remedy alone suspends nothing. */
  suspend(
    id: string,
    to: 'suspended' | 'resumed',
    { basis, reason, decidedOn }: { basis: SuspensionBasis; reason: string; decidedOn: Day },
    actor: string,
  ): Promise<string> {
    const why = reasonOf(reason);
    return this.step(id, actor, async (tx, { remedy, decision }) => {
      const before = await this.remedies.suspensions(tx, [id]);
      const last = before.at(-1)?.kind ?? 'resumed';
      if (remedy.state !== 'accepted' && remedy.state !== 'proposed') throw refuse.wrongState(remedy.state, to);
      if (last === to) throw refuse.notSuspended();
      const today = this.clock.today();
      if (decidedOn > today || decidedOn < decision.madeOn) throw refuse.dayAhead(decidedOn, today);
      const seq = before.length + 1;
      const row = { remedyId: id, seq, kind: to, basis, body: remedy.body, reason: why, decidedOn };
      await this.remedies.insertSuspension(tx, row, this.clock.now());
      if (to === 'resumed') await this.outbox.plan(tx, remedyResumed, [{ remedy: id, suspension: seq }]);
    });
  }

  /** What it comes to. An outcome that changes an amount waits for a second officer. */
  conclude(
    id: string,
    input: {
      readonly outcome: Outcome;
      readonly newFen: bigint | null;
      readonly reasons: string;
    },
    actor: string,
  ): Promise<string> {
    const reasons = reasonOf(input.reasons);
    const { outcome, newFen } = input;
    if (outcome === 'withdrawn') throw refuse.notTheirs();
    return this.step(id, actor, async (tx, loaded) => {
      const { remedy, decision } = loaded;
      const isRight =
        outcome === 'upheld-in-part' ? newFen !== null && newFen > 0n && newFen < decision.fen : newFen === null;
      if (!isRight) throw refuse.amountWrong(decision.fen);
      if (!CHANGES_AMOUNT.includes(outcome)) {
        await this.end(tx, loaded, { outcome, newFen, reasons, decidedBy: actor }, 'decide');
        return;
      }
      await this.move(tx, remedy, 'propose', 'proposed', { outcome, newFen, reasons, proposedBy: actor }, reasons);
    });
  }

  /** The second officer confirms an outcome that changes an amount. */
  confirm(id: string, actor: string): Promise<string> {
    return this.step(id, actor, async (tx, loaded) => {
      const { remedy } = loaded;
      const { state, outcome, newFen, reasons, proposedBy } = remedy;
      if (state !== 'proposed') throw refuse.wrongState(state, 'decided');
      if (proposedBy === actor) throw refuse.sameOfficer();
      await this.end(tx, loaded, { outcome: outcome!, newFen, reasons: reasons!, decidedBy: actor }, 'decide');
    });
  }

  /** The second officer does not: it goes back to whoever proposed it. */
  sendBack(id: string, reason: string, actor: string): Promise<string> {
    const why = reasonOf(reason);
    return this.step(id, actor, async (tx, { remedy }) => {
      if (remedy.state !== 'proposed') throw refuse.wrongState(remedy.state, 'accepted');
      if (remedy.proposedBy === actor) throw refuse.sameOfficer();
      const cleared = { outcome: null, newFen: null, reasons: null, proposedBy: null };
      await this.move(tx, remedy, 'send-back', 'accepted', cleared, why);
    });
  }

  /** The applicant takes it back; recorded by whoever they are or told. */
  withdraw(id: string, actor: string): Promise<string> {
    return this.step(id, null, async (tx, loaded) => {
      const change = { outcome: 'withdrawn', newFen: null, reasons: '申请人自愿撤回', decidedBy: actor } as const;
      await this.end(tx, loaded, change, 'withdraw');
    });
  }

  /** What nobody refused within its time counts as accepted (行政复议法 art 30). Returns how many. */
  async acceptSilent(): Promise<number> {
    return inContext(systemContext('remedy.silence'), () =>
      this.database.write(async (tx) => {
        const silent = await this.remedies.silent(tx, this.clock.today(), AT_ONCE);
        for (const remedy of silent) {
          await this.take(tx, remedy, 'accept-by-silence', null);
          tx.concern(KIND, [remedy.id]);
        }
        return silent.length;
      }),
    );
  }

  async ring(): Promise<void> {
    while ((await this.acceptSilent()) === AT_ONCE);
  }

  private async take(tx: Tx, remedy: Remedy, kind: string, note: string | null): Promise<void> {
    // Silence accepts on the last day to look at it, however late the bell rings.
    const acceptedOn = kind === 'accept-by-silence' ? remedy.checkDueOn! : this.clock.today();
    const days = await this.terms.count(tx, 'decide-days', remedy.divisionCode);
    const decideDueOn = deadlineEnd(daysOf('reconsideration', days), acceptedOn, 'leave-open');
    await this.move(tx, remedy, kind, 'accepted', { acceptedOn, decideDueOn, checkDueOn: null }, note);
  }

  /** @param actor Null where the applicant acts, who may be the one the decision is about. */
  private step(id: string, actor: string | null, work: (tx: Tx, loaded: Loaded) => Promise<void>): Promise<string> {
    return this.database.write(async (tx) => {
      const remedy = await this.remedies.forUpdate(tx, id);
      if (!remedy) throw refuse.unknown(id);
      const decision = (await this.remedies.decision(tx, remedy.decisionId))!;
      if (actor !== null && actor === decision.madeBy) throw refuse.ownDecision();
      await work(tx, { remedy, decision });
      tx.concern(KIND, [id]);
      return id;
    });
  }

  private async move(
    tx: Tx,
    remedy: Remedy,
    kind: string,
    to: RemedyState,
    change: Change,
    note: string | null,
  ): Promise<void> {
    if (!canMove(remedy.state, to)) throw refuse.wrongState(remedy.state, to);
    await this.remedies.change(tx, remedy.id, { state: to, ...change });
    const seq = remedy.events + 1;
    await this.remedies.note(tx, { remedyId: remedy.id, seq, kind, from: remedy.state, to, note }, this.clock.now());
  }

  private async end(
    tx: Tx,
    { remedy, decision }: Loaded,
    by: { outcome: Outcome; newFen: bigint | null; reasons: string; decidedBy: string },
    kind: 'decide' | 'withdraw',
  ): Promise<void> {
    if (!canMove(remedy.state, 'decided') || (kind === 'decide' && remedy.acceptedOn === null))
      throw refuse.wrongState(remedy.state, 'decided');
    const isLetter = remedy.kind === 'reconsideration' && by.outcome !== 'withdrawn';
    const letter = isLetter ? { decisionLetterId: await this.write(tx, remedy, decision, by) } : {};
    await this.move(tx, remedy, kind, 'decided', { ...by, decidedOn: this.clock.today(), ...letter }, by.reasons);
    await this.remedies.decided(tx, remedy.id, JSON.stringify([by.outcome, by.newFen?.toString() ?? null, by.reasons]));
    await this.outbox.plan(tx, remedyDecided, [{ remedy: remedy.id }]);
  }

  /** The letter that says what was decided; the time to sue runs from the day on which it is served. */
  private async write(
    tx: Tx,
    { id, divisionCode, body }: Remedy,
    decision: Contestable,
    { outcome, newFen, reasons }: { outcome: Outcome; newFen: bigint | null; reasons: string },
  ): Promise<string> {
    const days = await this.terms.count(tx, 'suit-after-days', divisionCode);
    const [contested] = await this.letters.byIds(tx, [decision.letterId]);
    return this.letters.make(tx, {
      kind: 'remedy-decision',
      aboutId: id,
      divisionCode,
      officeName: body,
      recipient: { name: decision.debtorName, key: decision.debtorKey },
      title: '行政复议决定书',
      titleEn: 'Decision on reconsideration',
      lines: [
        ['申请人', decision.debtorName],
        ['原决定文书', contested?.no ?? ''],
        ['原决定金额', `${yuanText(decision.fen)} 元`],
        ['复议决定', SAYS[outcome]],
        ...(newFen === null ? [] : [['变更后金额', `${yuanText(newFen)} 元`] as const]),
      ],
      paragraphs: [
        reasons,
        `如不服本决定，可以自收到本决定书之日起 ${days} 日内依法向人民法院提起行政诉讼。期限自本决定书送达之次日起计算，最后一日为法定休假日的，顺延至其后的第一个工作日。`,
      ],
      small: `You may bring a suit within ${days} days of receiving this decision.`,
    });
  }
}

const reasonOf = (text: string): string => wordsOf(text, 400, refuse.reasonMissing);
