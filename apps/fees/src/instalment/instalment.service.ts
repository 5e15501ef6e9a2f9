import type { Caller } from '@app/access';
import type { Database, Read, Tx } from '@app/database';
import { CLOCK, type Clock, type Fen, yuanText } from '@app/kernel';
import { csvLine } from '@app/tables';
import { periodEnd } from '@app/working-days';
import { Inject, Injectable } from '@nestjs/common';
import { FEES_DATABASE } from '../fees.tokens';
import { PaymentRequestService } from '../payment-request/payment-request.service';
import type { PaymentRequest } from '../payment-request/payment-request.types';
import { InstalmentRuleService } from './instalment-rule.service';
import { refuse } from './instalment.errors';
import { InstalmentRepository, type PlanFilter } from './instalment.repository';
import { dueAsPublished } from './instalment.rules';
import { isInForce } from './instalment.state';
import type { ActRow, EarlyHow, InstalmentRow, InstalmentStanding, PlanRow } from './instalment.types';
import { KeepingService, sumOpen } from './keeping.service';

const KIND = 'instalment-plan';
const WHY =
  'a debtor pays their own receivable ahead of time; the office’s requests for it are written anew in the same step';
const FILE_HEAD = ['no', 'due_on', 'amount', 'paid', 'open', 'reference', 'paid_on'];

/** Plans as they stand, for officers, for their debtor and for other slices; and paying ahead of time. */
@Injectable()
export class InstalmentService {
  constructor(
    @Inject(FEES_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly plans: InstalmentRepository,
    private readonly rules: InstalmentRuleService,
    private readonly keeping: KeepingService,
    private readonly requests: PaymentRequestService,
  ) {}

  /** For recovery: whether a plan holds, or the last one was broken; an answer for each receivable that is asked for. */
  async standing(read: Read, receivableIds: readonly string[]): Promise<Map<string, InstalmentStanding>> {
    const found = await this.plans.standing(read, receivableIds);
    const none = { hasPlan: false, isBroken: false, asksWaiver: false };
    return new Map([
      ...receivableIds.map((receivableId) => [receivableId, { receivableId, ...none }] as const),
      ...found.map((one) => [one.receivableId, one] as const),
    ]);
  }

  /** The same in a look of its own. */
  standings(receivableIds: readonly string[]): Promise<Map<string, InstalmentStanding>> {
    return this.database.read((read) => this.standing(read, receivableIds));
  }

  /** Money came in, or an amount was cut. As often as it is told, the same comes of it. */
  hear(receivableId: string): Promise<void> {
    return this.database.write(async (tx) => {
      const held = await this.keeping.hold(tx, receivableId);
      if (held && held.plans.length > 0) await this.keeping.count(tx, held);
    });
  }

  /** Somebody wants to pay a sum ahead of time, or all: it is asked for until its day, and nothing follows where it does not come. */
  settleEarly(id: string, fen: Fen | null, how: EarlyHow, caller: Caller): Promise<string> {
    return this.database.write(async (tx) => {
      const seen = await this.plans.byId(tx, id);
      if (!seen) throw refuse.planUnknown(id);
      const work = () => this.early(tx, seen, fen, how);
      await (caller.roles.includes('citizen') ? tx.across(WHY, work) : work());
      return id;
    });
  }

  private async early(tx: Tx, seen: PlanRow, fen: Fen | null, how: EarlyHow): Promise<void> {
    const held = (await this.keeping.hold(tx, seen.receivableId))!;
    const inForce = await this.keeping.count(tx, held);
    if (inForce?.plan.id !== seen.id) throw refuse.notInForce(held.plans.find(({ id }) => id === seen.id)!.state);
    const { openFen } = held.owed;
    const wanted = fen ?? openFen;
    if (wanted < 1n || wanted > openFen) throw refuse.earlyAmount(openFen);

    const { plan, rows, earlies } = inForce;
    const before = earlies.find(({ state }) => state === 'open');
    if (before) await this.plans.saveEarly(tx, { ...before, state: 'lapsed' });
    const [today, at] = [this.clock.today(), this.clock.now()];
    const { earlyDays } = await this.rules.of(tx, plan.divisionCode, today);
    const dueOn = periodEnd(today, earlyDays, 'count-weekdays');
    const id = await this.plans.insertEarly(tx, { planId: plan.id, fen: wanted, how, dueOn, at });
    const early = { id, planId: plan.id, fen: wanted, paidFen: 0n, how, dueOn, state: 'open' as const };
    await this.keeping.act(tx, plan, 'early', plan.state, openFen);
    await this.keeping.ask(tx, held.owed, rows, [early], '提前缴纳，重新出具');
  }

  ofCase(caseId: string): Promise<PlanRow[]> {
    return this.database.read(async (read) => read.disclose(KIND, await this.plans.ofCases(read, [caseId])));
  }

  own(): Promise<PlanRow[]> {
    return this.database.read(async (read) => read.disclose(KIND, await this.plans.own(read)));
  }

  list(filter: PlanFilter, after: readonly string[] | null, limit: number): Promise<PlanRow[]> {
    return this.database.read(async (read) => {
      const rows = await this.plans.list(read, filter, after, limit);
      read.disclose(KIND, rows.slice(0, limit - 1)); // The last one only tells whether the page goes on.
      return rows;
    });
  }

  async get(id: string): Promise<PlanRow> {
    return this.database.read(async (read) => {
      const found = await this.plans.byId(read, id);
      if (!found) throw refuse.planUnknown(id);
      return read.disclose(KIND, [found])[0]!;
    });
  }

  /** The parts of plans that may be seen. */
  instalments(planIds: readonly string[]): Promise<InstalmentRow[]> {
    return this.database.read((read) => this.plans.instalments(read, planIds));
  }

  acts(planIds: readonly string[]): Promise<ActRow[]> {
    return this.database.read((read) => this.plans.acts(read, planIds));
  }

  requestsOf(receivableIds: readonly string[]): Promise<PaymentRequest[]> {
    return this.database.read((read) => this.requests.within(read, receivableIds));
  }

  /** A plan as a table, for whoever keeps their own list. */
  async file(id: string): Promise<{ name: string; csv: string }> {
    return this.database.read(async (read) => {
      const plan = await this.plans.byId(read, id);
      if (!plan) throw refuse.planUnknown(id);
      read.disclose(KIND, [plan]);
      const rows = await this.plans.instalments(read, [id]);
      const requests = await this.requests.within(read, [plan.receivableId]);
      const lines = rows.map((row) =>
        csvLine([
          row.no,
          dueAsPublished(row.nominalOn, row.dueOn),
          yuanText(row.fen),
          yuanText(row.paidFen),
          yuanText(row.openFen),
          requestOf(requests, row.id)?.reference ?? null,
          row.paidOn,
        ]),
      );
      return { name: `instalments-${plan.version}.csv`, csv: [csvLine(FILE_HEAD), ...lines].join('') };
    });
  }
}

/** The request by which an instalment is asked for, or was paid; none where it asks for nothing any more. */
export const requestOf = (requests: readonly PaymentRequest[], instalmentId: string): PaymentRequest | undefined =>
  requests.findLast((request) => request.instalmentId === instalmentId && request.state !== 'cancelled');

/** What falls due next: the first part of a plan in force that still is open. */
export function nextOf(plan: PlanRow, rows: readonly InstalmentRow[]): InstalmentRow | undefined {
  return isInForce(plan.state) ? rows.find(({ openFen }) => openFen > 0n) : undefined;
}

export const openOf = (rows: readonly InstalmentRow[]): Fen => sumOpen(rows);
