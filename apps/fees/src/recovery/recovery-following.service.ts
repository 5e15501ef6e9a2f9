import type { Database, Tx } from '@app/database';
import type { Outbox } from '@app/jobs';
import { CLOCK, type Clock, type Day, findDay, Refusal, yuanText } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { DeliveryService } from '../delivery/delivery.service';
import { FEES_DATABASE, FEES_OUTBOX } from '../fees.tokens';
import { InstalmentService } from '../instalment/instalment.service';
import { PaymentRequestService } from '../payment-request/payment-request.service';
import { ReceivableService } from '../receivable/receivable.service';
import { remedyDecided } from '../remedy/remedy.jobs';
import { RemedyService } from '../remedy/remedy.service';
import { RecoveryLetterService } from './recovery-letter.service';
import { RecoveryRepository } from './recovery.repository';
import { appealEnds, courtUntil, limitationEnds, payBy, reminderEnds, sharesOf, statementEnds } from './recovery.rules';
import { RecoveryReductionService } from './recovery-reduction.service';
import { RecoveryStepService } from './recovery-step.service';
import { RecoveryTermsService } from './recovery-terms.service';
import type { RecoveryEvent, RecoveryRow } from './recovery.types';

const CORRECTED = 'notice ';
const NOBODY = '-';
/** How long an outcome waits for money on its way, in milliseconds, before it is tried again. */
const LOOK_AGAIN = 3_600_000;

/** What a case does by itself when something happened to its letters, its money or its decision. Repeatable at any point. */
@Injectable()
export class RecoveryFollowingService {
  constructor(
    @Inject(FEES_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(FEES_OUTBOX) private readonly outbox: Outbox,
    private readonly cases: RecoveryRepository,
    private readonly steps: RecoveryStepService,
    private readonly terms: RecoveryTermsService,
    private readonly letters: RecoveryLetterService,
    private readonly deliveries: DeliveryService,
    private readonly receivables: ReceivableService,
    private readonly requests: PaymentRequestService,
    private readonly instalments: InstalmentService,
    private readonly remedies: RemedyService,
    private readonly reductions: RecoveryReductionService,
  ) {}

  /** A letter was served, or the proof of it was put right. */
  served(letterId: string): Promise<void> {
    return this.database.write(async (tx) => {
      const id = await this.cases.idByLetter(tx, letterId);
      const row = id === undefined ? undefined : await this.cases.forUpdate(tx, id);
      if (!row || row.state === 'closed') return;
      const day = (await this.deliveries.servedOn(tx, [letterId])).get(letterId) ?? null;
      if (letterId === row.noticeLetterId) await this.noticeServed(tx, row, day);
      else if (letterId === row.decisionLetterId) await this.decisionServed(tx, row, day);
      else await this.reminderServed(tx, row, day);
    });
  }

  /** Money moved on a receivable, or an amount was cut. */
  changed(receivableId: string): Promise<void> {
    return this.database.write(async (tx) => {
      const id = await this.cases.idByReceivable(tx, receivableId);
      const row = id === undefined ? undefined : await this.cases.forUpdate(tx, id);
      const [standing] = await this.receivables.standing(tx, [receivableId]);
      if (!row || !standing) return;
      if (row.state === 'closed') {
        if (standing.openFen > 0n) await this.openAgain(tx, row, receivableId, standing.openFen);
        return;
      }
      if (standing.openFen === 0n) {
        if (standing.receivedFen === 0n) return; // Taken off altogether: whoever did so closes the case.
        await this.steps.take(tx, row, 'settle');
        await this.letters.closing(tx, row, 'repaid', '');
        return;
      }
      if (row.state === 'served' && standing.receivedFen > 0n) await this.steps.take(tx, row, 'repay');
      await this.askRest(tx, row.id, receivableId);
    });
  }

  /**
   * Money that had counted for a closed case was somebody else's. What ended by payment goes on, told by letter and with new
   * days to pay; what ended by a decision stays ended, and its rest is asked of nobody.
   */
  private async openAgain(tx: Tx, row: RecoveryRow, receivableId: string, openFen: bigint): Promise<void> {
    if (row.outcome !== 'repaid') {
      const reason = row.outcome === 'waived' ? 'waived' : 'ceased';
      await this.receivables.cut(tx, receivableId, openFen, reason, '案件已办结，撤销匹配后的余额不再追缴');
      return;
    }
    await this.steps.take(tx, row, 'reopen', {}, `${yuanText(openFen)} 元：到账匹配已撤销`);
    const terms = await this.terms.of(tx, row.divisionCode, this.clock.today());
    const until = payBy(this.clock.today(), terms);
    await this.cases.change(tx, row.id, { payBy: until });
    await this.letters.reopened(tx, row, openFen, until);
    // What the undone match asked for again has the old day.
    await this.requests.cancel(tx, receivableId, '更正后重新出具');
    await this.askRest(tx, row.id, receivableId, until);
  }

  /**
   * A remedy came to its outcome. Money that is on its way to the treasury comes back out of it once it is there: the
   * outcome waits for that, as long as it takes.
   */
  async decided(remedyId: string): Promise<void> {
    try {
      await this.follow(remedyId);
    } catch (error) {
      if (!(error instanceof Refusal && error.code === 'RECEIVABLE_MONEY_ON_ITS_WAY')) throw error;
      const notBefore = new Date(this.clock.now().getTime() + LOOK_AGAIN);
      await this.database.write((tx) => this.outbox.plan(tx, remedyDecided, [{ remedy: remedyId }], { notBefore }));
    }
  }

  private follow(remedyId: string): Promise<void> {
    return this.database.write(async (tx) => {
      const remedy = await this.remedies.outcome(tx, remedyId);
      const row = remedy && (await this.cases.forUpdate(tx, remedy.matterId));
      if (!remedy || !row || row.owedFen === null) return;
      const leftFen =
        remedy.outcome === 'quashed' ? 0n : remedy.outcome === 'upheld-in-part' ? remedy.newFen! : row.owedFen;
      const why = `复议或诉讼结果（${remedy.decidedOn}）：${remedy.outcome === 'quashed' ? '撤销决定' : '变更金额'}`;
      if (leftFen < row.owedFen) await this.reductions.reduce(tx, row, leftFen, why);
      else if (row.state !== 'closed') await this.reductions.stillContestable(tx, row);
      if (row.state !== 'closed' && leftFen > 0n && row.receivableId !== null)
        await this.askRest(tx, row.id, row.receivableId);
    });
  }

  /** A remedy suspends no more: what nothing asked for meanwhile is asked for again. */
  resumed(remedyId: string): Promise<void> {
    return this.database.write(async (tx) => {
      const id = await this.remedies.matterOf(tx, remedyId);
      const row = id === undefined ? undefined : await this.cases.forUpdate(tx, id);
      if (row?.receivableId && row.state !== 'closed') await this.askRest(tx, row.id, row.receivableId);
    });
  }

  /** From this day the person may speak, and the claim is made: limitation begins anew. */
  private async noticeServed(tx: Tx, row: RecoveryRow, day: Day | null): Promise<void> {
    if (row.state !== 'noticed' || row.noticeServedOn === day) return;
    const terms = await this.terms.of(tx, row.divisionCode, this.clock.today());
    const isCorrection = row.noticeServedOn !== null;
    const claims = claimsIn(await this.cases.history(tx, [row.id]));
    if (isCorrection) claims.pop();
    if (day) claims.push(day);
    const change = {
      noticeServedOn: day,
      statementEnds: day && statementEnds(day, terms),
      limitationEnds: limitationEnds(row.foundOn, row.paidOn, claims, terms),
    };
    if (isCorrection) await this.steps.take(tx, row, 'correct-service', change, `${CORRECTED}${day ?? NOBODY}`);
    else await this.steps.take(tx, row, 'notice-served', change, day);
  }

  /** Now it is owed: what is to be returned stands in the ledger, and is asked for. */
  private async decisionServed(tx: Tx, row: RecoveryRow, day: Day | null): Promise<void> {
    if (row.decisionServedOn === day) return;
    const change = await this.decisionPeriods(tx, row, day);
    if (row.state !== 'decided') {
      if (row.state !== 'court') await this.steps.take(tx, row, 'correct-service', change, `decision ${day ?? NOBODY}`);
      return;
    }
    // Its days first: the database opens nothing for a case that was not served.
    await this.cases.change(tx, row.id, change);
    const { divisionCode, programme, owedFen } = row;
    const receivableId = await this.receivables.open(tx, {
      ...{ matterId: row.id, divisionCode, programme, debtor: { name: row.payeeName, key: row.payeeKey } },
      ...{ fen: row.decidedFen!, shares: sharesOf(row.decidedFen!, await this.cases.shares(tx, [row.id])) },
    });
    await this.steps.take(tx, row, 'serve', { receivableId }, day);
    const cutFen = row.decidedFen! - owedFen!;
    if (cutFen > 0n) await this.receivables.cut(tx, receivableId, cutFen, 'decision-changed', '送达前决定已变更');
    await this.askRest(tx, row.id, receivableId, change.payBy);
  }

  private async decisionPeriods(tx: Tx, row: RecoveryRow, day: Day | null) {
    if (day === null) return { decisionServedOn: null, payBy: null, appealEnds: null, courtUntil: null };
    const terms = await this.terms.of(tx, row.divisionCode, this.clock.today());
    const contestedUntil = appealEnds(day, terms);
    return {
      decisionServedOn: day,
      payBy: payBy(day, terms),
      appealEnds: contestedUntil,
      courtUntil: courtUntil(contestedUntil, terms),
    };
  }

  private async reminderServed(tx: Tx, row: RecoveryRow, day: Day | null): Promise<void> {
    if (row.state !== 'reminded' || row.reminderServedOn === day) return;
    const terms = await this.terms.of(tx, row.divisionCode, this.clock.today());
    const change = { reminderServedOn: day, reminderEnds: day && reminderEnds(day, terms) };
    const act = row.reminderServedOn === null ? 'reminder-served' : 'correct-service';
    await this.steps.take(tx, row, act, change, act === 'correct-service' ? `reminder ${day ?? NOBODY}` : day);
  }

  /** Asks for what nothing asks for yet, unless a plan does so in parts, or a remedy suspends. */
  private async askRest(tx: Tx, id: string, receivableId: string, dueOn: Day | null = null): Promise<void> {
    const plan = (await this.instalments.standing(tx, [receivableId])).get(receivableId);
    if (plan?.hasPlan && !plan.isBroken) return;
    if ((await this.remedies.standing(tx, [id])).get(id)?.isSuspended) return;
    const [standing] = await this.receivables.standing(tx, [receivableId]);
    const asked = (await this.requests.ofReceivables(tx, [receivableId]))
      .filter(({ state }) => state === 'open' || state === 'part')
      .reduce((sum, { leftFen }) => sum + leftFen, 0n);
    const fen = standing!.openFen - asked;
    if (fen > 0n) await this.requests.request(tx, { receivableId, fen, dueOn, instalmentId: null });
  }
}

/** Days on which a claim reached the person, as the history has them. */
function claimsIn(history: readonly RecoveryEvent[]): Day[] {
  const claims: Day[] = [];
  for (const { act, note } of history) {
    if (act === 'notice-served') claims.push(note as Day);
    if (act !== 'correct-service' || !note?.startsWith(CORRECTED)) continue;
    claims.pop();
    const day = findDay(note.slice(CORRECTED.length));
    if (day) claims.push(day);
  }
  return claims;
}
