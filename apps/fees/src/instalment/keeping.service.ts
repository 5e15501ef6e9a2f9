import type { Tx } from '@app/database';
import { addMonths, CLOCK, type Clock, type Day, type Fen } from '@app/kernel';
import { periodEnd } from '@app/working-days';
import { Inject, Injectable } from '@nestjs/common';
import { PaymentRequestService } from '../payment-request/payment-request.service';
import type { PaymentRequest } from '../payment-request/payment-request.types';
import { ReceivableService } from '../receivable/receivable.service';
import type { Receivable } from '../receivable/receivable.types';
import { InstalmentLetterService } from './instalment-letter.service';
import { InstalmentRuleService } from './instalment-rule.service';
import { InstalmentRepository } from './instalment.repository';
import {
  countIn,
  dropAll,
  dueAsPublished,
  graceEnd,
  isBroken,
  isMissed,
  isOverdue,
  later,
  partsByMonthly,
  planned,
  wantedRequests,
} from './instalment.rules';
import { isInForce, type PlanState } from './instalment.state';
import type { ActKind, EarlyRow, InstalmentRow, PlannedInstalment, PlanRow } from './instalment.types';

const KIND = 'instalment-plan';
const ONE_YUAN = 100n;

/** A receivable with its plans, held still: nobody else counts, agrees or reminds until this transaction ends. */
export interface Held {
  readonly owed: Receivable;
  readonly plans: readonly PlanRow[];
}

interface InForce {
  readonly plan: PlanRow;
  readonly rows: InstalmentRow[];
  readonly earlies: EarlyRow[];
}

/** Keeping a plan true to what is owed: counting what came in, asking for what is open, reminding, breaking, settling. */
@Injectable()
export class KeepingService {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly plans: InstalmentRepository,
    private readonly receivables: ReceivableService,
    private readonly requests: PaymentRequestService,
    private readonly rules: InstalmentRuleService,
    private readonly letters: InstalmentLetterService,
  ) {}

  /** Undefined where there is no such receivable, or it may not be seen. */
  async hold(tx: Tx, receivableId: string): Promise<Held | undefined> {
    const plans = await this.plans.ofReceivableForUpdate(tx, receivableId);
    const owed = await this.receivables.hold(tx, receivableId);
    return owed && { owed, plans };
  }

  /** Counts what came in and fell away since, and asks for what is open as the plan in force says. */
  async count(tx: Tx, { owed, plans }: Held): Promise<InForce | undefined> {
    if (owed.openFen === 0n) {
      for (const plan of plans.filter(({ state }) => state === 'proposed'))
        await this.end(tx, plan, 'lapsed', 'lapse', 0n);
    }
    const plan = plans.find(({ state }) => isInForce(state));
    if (!plan) return undefined;
    const [before, earlies] = [await this.plans.instalments(tx, [plan.id]), await this.plans.earlies(tx, [plan.id])];
    const requests = await this.requests.within(tx, [owed.id]);
    const money = {
      receivedFen: owed.receivedFen - plan.receivedBaseFen,
      cutFen: owed.cutFen - plan.cutBaseFen,
      openFen: owed.openFen,
      named: byInstalment(requests, ({ paidFen }) => paidFen),
      asked: byInstalment(requests.filter(isAsking), ({ leftFen }) => leftFen),
    };
    const counted = countIn(before, earlies, money, this.clock.today());
    const rows = counted.instalments;
    const changed = rows.filter(
      (row, at) => row.openFen !== before[at]!.openFen || row.namedFen !== before[at]!.namedFen,
    );
    if (changed.length > 0) {
      await this.plans.save(tx, changed);
      await this.act(tx, plan, 'count', plan.state, owed.openFen);
    }
    const after: EarlyRow[] = [];
    for (const [at, early] of counted.earlies.entries()) {
      const isPaid = early.state === 'open' && early.paidFen === early.fen;
      const now: EarlyRow = isPaid ? { ...early, state: 'paid' } : early;
      if (isPaid || early.paidFen !== earlies[at]!.paidFen) await this.plans.saveEarly(tx, now);
      after.push(now);
    }
    if (owed.openFen === 0n) {
      await this.end(tx, plan, 'settled', 'settle', 0n);
      if (requests.some(isAsking)) await this.requests.cancel(tx, owed.id, '已无待缴款项');
      return undefined;
    }
    const lackFen = owed.openFen - sumOpen(rows);
    if (lackFen < 0n) throw new Error(`Plan ${plan.id} has ${-lackFen} more open than its receivable.`);
    if (lackFen > 0n) return this.extend(tx, owed, plan, rows, lackFen);
    await this.ask(tx, owed, rows, after, '按分期方案重新出具');
    return { plan, rows, earlies: after };
  }

  /** A receipt from before the plan was taken back, so that more is owed than it is over: by rule it goes on for so much longer. */
  private async extend(
    tx: Tx,
    owed: Receivable,
    plan: PlanRow,
    rows: readonly InstalmentRow[],
    lackFen: Fen,
  ): Promise<InForce> {
    const open = rows.filter(({ openFen }) => openFen > 0n);
    const more = partsByMonthly(
      lackFen,
      rows.reduce((most, { fen }) => (fen > most ? fen : most), ONE_YUAN),
    );
    const last = rows.at(-1)!.nominalOn;
    const days = [...open.map(({ nominalOn }) => nominalOn), ...more.map((_, at) => addMonths(last, at + 1))];
    return this.carryOn(
      tx,
      owed,
      plan,
      planned([...open.map(({ openFen }) => openFen), ...more], days),
      'replace',
      '余额恢复，期次顺延',
    );
  }

  /** What follows from a plan by rule: another version, in force at once. */
  private async carryOn(
    tx: Tx,
    owed: Receivable,
    plan: PlanRow,
    instalments: readonly PlannedInstalment[],
    kind: ActKind,
    reason: string,
  ): Promise<InForce> {
    await this.end(tx, plan, 'replaced', kind, owed.openFen);
    const { affordableFen, isHardship, asksWaiver, receivableId } = plan;
    const [on, at] = [this.clock.today(), this.clock.now()];
    const id = await this.plans.insert(tx, {
      ...{ receivableId, side: 'rule', instalments, affordableFen, isHardship, asksWaiver, follows: plan.id },
      ...{ receivedBaseFen: owed.receivedFen, cutBaseFen: owed.cutFen, note: null, on, at },
    });
    await this.plans.act(tx, { planId: id, kind: 'agree', state: 'agreed', openFen: owed.openFen, at });
    tx.concern(KIND, [id]);
    const [next, rows] = [(await this.plans.byId(tx, id))!, await this.plans.instalments(tx, [id])];
    await this.ask(tx, owed, rows, [], reason);
    return { plan: next, rows, earlies: [] };
  }

  /** One payment request for each open instalment, and for what is to be paid early; those that ask rightly stay as they are. */
  async ask(
    tx: Tx,
    owed: Receivable,
    rows: readonly InstalmentRow[],
    earlies: readonly EarlyRow[],
    reason: string,
  ): Promise<void> {
    const early = earlies.find(({ state }) => state === 'open');
    const wanted = wantedRequests(
      rows.map(({ openFen }) => openFen),
      early ? { openFen: early.fen - early.paidFen, how: early.how } : null,
    ).map(({ at, fen }) =>
      at === null
        ? { fen, instalmentId: early!.id, dueOn: early!.dueOn }
        : { fen, instalmentId: rows[at]!.id, dueOn: dueOn(rows[at]!) },
    );
    const asking = (await this.requests.within(tx, [owed.id])).filter(isAsking);
    const isRight =
      asking.length === wanted.length &&
      wanted.every(({ fen, instalmentId }) =>
        asking.some((request) => request.instalmentId === instalmentId && request.leftFen === fen),
      );
    if (isRight) return;
    await this.requests.cancel(tx, owed.id, reason);
    for (const one of wanted) await this.requests.request(tx, { receivableId: owed.id, ...one });
  }

  /** Repeatable on any day: what it finds done stays done. */
  async look(tx: Tx, held: Held): Promise<void> {
    const inForce = await this.count(tx, held);
    if (inForce?.plan.state !== 'agreed') return;
    const { plan } = inForce;
    const [today, rule] = [this.clock.today(), await this.rules.of(tx, plan.divisionCode, this.clock.today())];
    let { rows } = inForce;

    const late = inForce.earlies.find(({ state, dueOn: until }) => state === 'open' && until < today);
    if (late) await this.lapseEarly(tx, held.owed, inForce, late);
    const isPayingEarly = inForce.earlies.some((one) => one.state === 'open' && one !== late);
    const overdue = rows.filter((row) => row.remindedOn === null && isOverdue(row, today));
    if (overdue.length > 0 && !isPayingEarly) {
      const graceUntil = graceEnd(today, rule.graceDays);
      const told = overdue.map((row) => ({ ...row, remindedOn: today, graceUntil }));
      await this.plans.save(tx, told);
      rows = rows.map((row) => told.find(({ id }) => id === row.id) ?? row);
      await this.letters.reminded(tx, plan, told, graceUntil);
      await this.act(tx, plan, 'remind', 'agreed', held.owed.openFen);
    }
    const missed = rows
      .filter((row) => row.missedOn === null && isMissed(row, today))
      .map((row) => ({ ...row, missedOn: today }));
    if (missed.length > 0) {
      await this.plans.save(tx, missed);
      rows = rows.map((row) => missed.find(({ id }) => id === row.id) ?? row);
      await this.act(tx, plan, 'miss', 'agreed', held.owed.openFen);
    }
    if (isBroken(rows, today, rule.breakAfter)) await this.breakOff(tx, held.owed, plan, rule.restDays);
  }

  /** The rest is asked for at once, as one sum and never more than what is open. */
  private async breakOff(tx: Tx, owed: Receivable, plan: PlanRow, restDays: number): Promise<void> {
    const payBy = periodEnd(this.clock.today(), restDays, 'count-weekdays');
    await this.end(tx, plan, 'broken', 'break', owed.openFen);
    await this.requests.cancel(tx, owed.id, '分期终止，余额一次缴纳');
    const rest = { receivableId: owed.id, fen: owed.openFen, dueOn: payBy, instalmentId: null };
    const { reference } = await this.requests.request(tx, rest);
    await this.letters.broken(tx, plan, owed.openFen, payBy, reference);
  }

  private async lapseEarly(tx: Tx, owed: Receivable, { plan, rows, earlies }: InForce, late: EarlyRow): Promise<void> {
    const lapsed: EarlyRow = { ...late, state: 'lapsed' };
    await this.plans.saveEarly(tx, lapsed);
    await this.act(tx, plan, 'early-lapsed', plan.state, owed.openFen);
    const left = earlies.map((one) => (one.id === late.id ? lapsed : one));
    await this.ask(tx, owed, rows, left, '提前缴纳未到账，恢复原期次');
  }

  /** A remedy suspends: nothing is reminded of and nothing breaks; whoever wants to may still pay. */
  async suspend(tx: Tx, held: Held): Promise<void> {
    const inForce = await this.count(tx, held);
    if (inForce?.plan.state !== 'agreed') return;
    await this.plans.move(tx, inForce.plan.id, 'suspended', { suspendedOn: this.clock.today() });
    await this.act(tx, inForce.plan, 'suspend', 'suspended', held.owed.openFen);
  }

  /** It goes on; days that went by meanwhile are made up by a version with the same amounts, whole months later. */
  async resume(tx: Tx, held: Held): Promise<void> {
    const inForce = await this.count(tx, held);
    if (inForce?.plan.state !== 'suspended') return;
    const { plan, rows } = inForce;
    const open = rows.filter(({ openFen }) => openFen > 0n);
    const nominal = open.map(({ nominalOn }) => nominalOn);
    const days = later(nominal, this.clock.today());
    if (days.every((day, i) => day === nominal[i])) {
      await this.plans.move(tx, plan.id, 'agreed');
      await this.act(tx, plan, 'resume', 'agreed', held.owed.openFen);
      return;
    }
    const instalments = planned(
      open.map(({ openFen }) => openFen),
      days,
    );
    await this.carryOn(tx, held.owed, plan, instalments, 'resume', '中止结束，期次顺延');
  }

  /** The end of a plan, with what it leaves to be carried on; what was declared is forgotten. */
  async end(
    tx: Tx,
    plan: PlanRow,
    to: PlanState,
    kind: ActKind,
    openFen: Fen,
    note: string | null = null,
  ): Promise<void> {
    const today = this.clock.today();
    if (isInForce(plan.state)) {
      const open = (await this.plans.instalments(tx, [plan.id])).filter((row) => row.openFen > 0n);
      if (open.length > 0) await this.plans.save(tx, dropAll(open));
      for (const early of await this.plans.earlies(tx, [plan.id]))
        if (early.state === 'open') await this.plans.saveEarly(tx, { ...early, state: 'lapsed' });
    }
    await this.plans.move(tx, plan.id, to, { endedOn: today });
    await this.plans.forgetDeclarations(tx, [plan.id], today);
    await this.act(tx, plan, kind, to, openFen, note);
  }

  async act(
    tx: Tx,
    plan: PlanRow,
    kind: ActKind,
    state: PlanState,
    openFen: Fen,
    note: string | null = null,
  ): Promise<void> {
    await this.plans.act(tx, { planId: plan.id, kind, state, openFen, note, at: this.clock.now() });
    tx.concern(KIND, [plan.id]);
  }
}

/** Whether it still asks for something. */
const isAsking = ({ state }: PaymentRequest): boolean => state === 'open' || state === 'part';

const dueOn = (row: InstalmentRow): Day => dueAsPublished(row.nominalOn, row.dueOn);

export const sumOpen = (rows: readonly InstalmentRow[]): Fen => rows.reduce((sum, { openFen }) => sum + openFen, 0n);

/** What came in on requests, cancelled ones too, or is left of them, by what they name. */
function byInstalment(requests: readonly PaymentRequest[], of: (request: PaymentRequest) => Fen): Map<string, Fen> {
  const named = new Map<string, Fen>();
  for (const request of requests)
    if (request.instalmentId !== null)
      named.set(request.instalmentId, (named.get(request.instalmentId) ?? 0n) + of(request));
  return named;
}
