import type { Database, Tx } from '@app/database';
import { CLOCK, type Clock, type Day, yuanText } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { FEES_DATABASE } from '../fees.tokens';
import { InstalmentService } from '../instalment/instalment.service';
import { ReceivableService } from '../receivable/receivable.service';
import type { CutReason } from '../receivable/receivable.types';
import { RemedyService } from '../remedy/remedy.service';
import { refuse } from './recovery.errors';
import { RecoveryLetterService } from './recovery-letter.service';
import { RecoveryReductionService } from './recovery-reduction.service';
import { RecoveryRepository } from './recovery.repository';
import {
  courtUntil,
  isTooMuch,
  type Obstacle,
  obstacleToCourt,
  obstacleToDecision,
  obstacleToRelease,
  obstacleToReminder,
  owedOf,
} from './recovery.rules';
import { RecoveryStepService, textOf } from './recovery-step.service';
import { RecoveryTermsService, type Waiver } from './recovery-terms.service';
import type { RecoveryRow } from './recovery.types';

const REASON_MAX = 1000;
/** What the ledger keeps of a reason. */
const NOTE_MAX = 200;

/** Decisions and what follows from them, by somebody who did not find the facts. */
@Injectable()
export class RecoveryDecisionService {
  constructor(
    @Inject(FEES_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly cases: RecoveryRepository,
    private readonly steps: RecoveryStepService,
    private readonly terms: RecoveryTermsService,
    private readonly letters: RecoveryLetterService,
    private readonly receivables: ReceivableService,
    private readonly instalments: InstalmentService,
    private readonly remedies: RemedyService,
    private readonly reductions: RecoveryReductionService,
  ) {}

  /** The decision that something is to be returned; what was said is answered in it. */
  decide(id: string, said: { readonly reasons: string; readonly answer: string | null }, actor: string) {
    const reasons = textOf(said.reasons, '决定理由', REASON_MAX);
    const answer = said.answer?.trim() ? textOf(said.answer, '意见答复', REASON_MAX) : null;
    return this.database.write(async (tx) => {
      const row = await this.steps.load(tx, id, 'decide');
      this.assertAnother(row, actor);
      const today = this.clock.today();
      const obstacle = obstacleToDecision(row, today);
      if (obstacle) throw refuse.notYet(obstacle, obstacle === 'statement-period-open' ? row.statementEnds : null);
      const isHeard = row.hearingHeldOn !== null || (await this.cases.statements(tx, [id])).length > 0;
      if (isHeard && answer === null) throw refuse.answerMissing();

      const owedFen = owedOf(row)!;
      const terms = await this.terms.of(tx, row.divisionCode, today);
      const decisionLetterId = await this.letters.decision(tx, row, { reasons, answer }, terms);
      await this.steps.take(tx, row, 'decide', { decidedFen: owedFen, reasons, answer, decisionLetterId });
      await this.remedies.contest(tx, { matterId: id, letterId: decisionLetterId, fen: owedFen });
      return id;
    });
  }

  /** Good faith, and nothing of it is left: nothing is owed, and nobody decides against anybody. */
  release(id: string, why: string, actor: string): Promise<string> {
    const closedWhy = textOf(why, '理由', REASON_MAX);
    return this.database.write(async (tx) => {
      const row = await this.steps.load(tx, id, 'release');
      this.assertAnother(row, actor);
      const obstacle = obstacleToRelease(row);
      if (obstacle) throw refuse.notYet(obstacle, null);
      await this.steps.take(tx, row, 'release', { closedWhy }, closedWhy);
      await this.letters.waiver(
        tx,
        row,
        row.goneFen!,
        `经查明属于善意取得且所得已不存在（民法典第九百八十六条）。${closedWhy}`,
      );
      return id;
    });
  }

  /** Lets somebody off, where a dated rule of the place allows it: there is none in national law. */
  waive(id: string, kind: Waiver, why: string, actor: string): Promise<string> {
    const reason = textOf(why, '理由', REASON_MAX);
    return this.database.write(async (tx) => {
      const row = await this.steps.load(tx, id, 'waive');
      this.assertAnother(row, actor);
      const rule = await this.terms.waiver(tx, kind, row.divisionCode, this.clock.today());
      if (!rule) throw refuse.noWaiverRule(kind);
      const openFen = await this.openOf(tx, row);
      if (kind === 'small-amount' && openFen > BigInt(rule.value))
        throw refuse.overSmallAmount(yuanText(BigInt(rule.value)));
      const waiverRule = `${rule.name}=${rule.value} (${rule.status}): ${rule.source}`;
      await this.steps.take(tx, row, 'waive', { closedWhy: reason, waiverRule }, reason);
      await this.cutRest(tx, row, 'waived', reason);
      await this.letters.waiver(tx, row, openFen, `依据${rule.source}。${reason}`);
      return id;
    });
  }

  /** The case is dropped: nothing was wrong, limitation is over, the periods of the court are over. */
  cease(id: string, why: string, actor: string): Promise<string> {
    const closedWhy = textOf(why, '理由', REASON_MAX);
    return this.database.write(async (tx) => {
      const row = await this.steps.load(tx, id, 'cease');
      if (row.factsBy === actor) throw refuse.sameOfficer();
      await this.steps.take(tx, row, 'cease', { closedWhy }, closedWhy);
      await this.cutRest(tx, row, 'ceased', closedWhy);
      // Who was never told of a case need not be told of its end.
      if (row.noticeLetterId !== null) await this.letters.closing(tx, row, 'ceased', closedWhy);
      return id;
    });
  }

  /** A fact was corrected since: the decision is corrected with it, downwards only. */
  correct(id: string, why: string, actor: string): Promise<string> {
    const reason = textOf(why, '理由', REASON_MAX);
    return this.database.write(async (tx) => {
      const row = await this.cases.forUpdate(tx, id);
      if (!row) throw refuse.unknown(id);
      if (!isTooMuch(row)) throw refuse.notTooMuch();
      if (row.factsBy === actor) throw refuse.sameOfficer();
      await this.reductions.reduce(tx, row, row.stillFen, reason);
      return id;
    });
  }

  /** What is still open is asked for once more, in the way that the law wants before any court. */
  remind(id: string): Promise<string> {
    return this.database.write(async (tx) => {
      const row = await this.steps.load(tx, id, 'remind');
      const today = this.clock.today();
      const obstacle = obstacleToReminder(row, today);
      if (obstacle) throw refuse.notYet(obstacle, obstacle === 'pay-period-open' ? row.payBy : null);
      await this.assertMayPress(tx, row);
      const terms = await this.terms.of(tx, row.divisionCode, today);
      const reminderLetterId = await this.letters.reminder(tx, row, await this.openOf(tx, row), terms);
      await this.steps.take(tx, row, 'remind', { reminderLetterId });
      return id;
    });
  }

  /** The court was applied to, within its months, when nothing can be contested any more (强制法 53, 54). */
  apply(id: string, courtRef: string): Promise<string> {
    const ref = textOf(courtRef, '法院受理文号', 200);
    return this.database.write(async (tx) => {
      const before = await this.steps.load(tx, id, 'apply');
      const contested = (await this.remedies.standing(tx, [id])).get(id);
      if (contested?.isSuspended) throw refuse.suspended();
      if (contested?.isOpen || contested?.awaitsService) throw refuse.notYet('contestable', null);
      const row = { ...before, ...(await this.contestedUntil(tx, before, contested?.lastDayToApply ?? null)) };
      const obstacle = obstacleToCourt(row, this.clock.today());
      if (obstacle) throw refuse.notYet(obstacle, untilOf(row, obstacle));
      await this.assertMayPress(tx, row);
      const { appealEnds, courtUntil: until } = row;
      await this.steps.take(tx, row, 'apply', { courtRef: ref, appealEnds, courtUntil: until }, ref);
      return id;
    });
  }

  /** The court has ended the enforcement: what it did not bring in is asked for no more. */
  endCourt(id: string, why: string): Promise<string> {
    const closedWhy = textOf(why, '理由', REASON_MAX);
    return this.database.write(async (tx) => {
      const row = await this.steps.load(tx, id, 'end-court');
      await this.steps.take(tx, row, 'end-court', { closedWhy }, closedWhy);
      await this.cutRest(tx, row, 'ceased', closedWhy);
      await this.letters.closing(tx, row, 'court', closedWhy);
      return id;
    });
  }

  /** Days as a remedy leaves them; our own count where the calendar of its last day is not published yet. */
  private async contestedUntil(tx: Tx, row: RecoveryRow, lastDayToApply: Day | null) {
    if (lastDayToApply === null) return {};
    const terms = await this.terms.of(tx, row.divisionCode, this.clock.today());
    return { appealEnds: lastDayToApply, courtUntil: courtUntil(lastDayToApply, terms) };
  }

  private assertAnother(row: RecoveryRow, actor: string): void {
    if (row.factsBy === actor || row.openedBy === actor) throw refuse.sameOfficer();
  }

  /** Nothing that presses while a remedy suspends, or while a plan is kept. */
  private async assertMayPress(tx: Tx, row: RecoveryRow): Promise<void> {
    if ((await this.remedies.standing(tx, [row.id])).get(row.id)?.isSuspended) throw refuse.suspended();
    const plan = (await this.instalments.standing(tx, [row.receivableId!])).get(row.receivableId!);
    if (plan?.hasPlan && !plan.isBroken) throw refuse.planHolds();
  }

  private async openOf(tx: Tx, row: RecoveryRow): Promise<bigint> {
    if (row.receivableId === null) {
      return owedOf(row) ?? row.wrongFen;
    }
    return (await this.receivables.standing(tx, [row.receivableId]))[0]!.openFen;
  }

  private async cutRest(tx: Tx, row: RecoveryRow, reason: CutReason, why: string): Promise<void> {
    if (row.receivableId === null) return;
    const openFen = await this.openOf(tx, row);
    if (openFen > 0n) await this.receivables.cut(tx, row.receivableId, openFen, reason, noteOf(why));
  }
}

const noteOf = (why: string): string => [...why].slice(0, NOTE_MAX).join('');

function untilOf(row: RecoveryRow, obstacle: Obstacle): Day | null {
  if (obstacle === 'reminder-period-open') return row.reminderEnds;
  return obstacle === 'contestable' ? row.appealEnds : null;
}
