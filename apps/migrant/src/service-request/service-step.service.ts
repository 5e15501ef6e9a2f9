import type { Database, Tx } from '@app/database';
import { failpoint } from '@app/jobs';
import { CLOCK, type Clock, type Day } from '@app/kernel';
import { workingDaysLater } from '@app/working-days';
import { Inject, Injectable } from '@nestjs/common';
import { MIGRANT_DATABASE } from '../migrant.tokens';
import { ParameterService } from '../parameter/parameter.service';
import { EntitlementRepository } from './entitlement.repository';
import { refuse } from './service-request.errors';
import { type Change, ServiceRequestRepository } from './service-request.repository';
import { type Deadline, deadlineOf, NOTICE_RULE } from './service-request.rules';
import { canMove, type ServiceRequestState } from './service-request.state';
import type { Entitlement, ServiceRequestRow } from './service-request.types';

/** One change of a request: what it is called in the journal, where it leads, what else changes. */
export interface Step {
  readonly kind: string;
  readonly to: ServiceRequestState;
  readonly items?: readonly string[];
  readonly note?: string | null;
  readonly change?: Change;
  /** From which day the new deadline counts; without it a deadline that goes on is left as it is. */
  readonly countFrom?: Day;
  /** The canonical text of a decision, for its line in the audit log. */
  readonly decision?: string;
}

/** Every change of a request goes through here: the move, the deadline by its rule, the journal, in one transaction. */
@Injectable()
export class ServiceStepService {
  constructor(
    @Inject(MIGRANT_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly requests: ServiceRequestRepository,
    private readonly entitlements: EntitlementRepository,
    private readonly parameters: ParameterService,
  ) {}

  /** @param decide Undefined changes nothing: the second click. All refusals stand in it. */
  step(
    id: string,
    decide: (tx: Tx, row: ServiceRequestRow, text: Entitlement) => Promise<Step | undefined> | Step | undefined,
  ): Promise<string> {
    return this.database.write(async (tx) => {
      await this.within(tx, id, decide);
      return id;
    });
  }

  /** The same inside a transaction that is open already: an upheld complaint mends a request. */
  async within(
    tx: Tx,
    id: string,
    decide: (tx: Tx, row: ServiceRequestRow, text: Entitlement) => Promise<Step | undefined> | Step | undefined,
  ): Promise<void> {
    const row = await this.requests.findForUpdate(tx, id);
    if (!row) throw refuse.unknown(id);
    const step = await decide(tx, row, (await this.entitlements.byIds(tx, [row.entitlementId]))[0]!);
    if (step) await this.take(tx, row, step);
  }

  async take(tx: Tx, row: ServiceRequestRow, step: Step): Promise<void> {
    if (!canMove(row.state, step.to)) throw refuse.wrongState(row.state, [step.to]);
    const deadline = await this.deadlineAfter(tx, row, step);
    const at = this.clock.now();
    await this.requests.change(tx, row.id, {
      state: step.to,
      ...deadline,
      decidedOn: step.to === 'served' || step.to === 'declined' ? (row.decidedOn ?? this.clock.today()) : null,
      ...step.change,
    });
    await this.requests.act(tx, row.id, {
      kind: step.kind,
      from: row.state,
      to: step.to,
      seq: row.events + 1,
      items: step.items,
      note: step.note,
      dueRule: deadline.dueRule,
      dueOn: step.change?.dueOn ?? deadline.dueOn,
      at,
    });
    if (step.decision !== undefined) await this.requests.decided(tx, row.id, step.decision);
    failpoint('service-request.step');
  }

  /** The day of a deadline that could not be counted when it began; false while the calendar still ends before it. */
  async count(tx: Tx, row: ServiceRequestRow): Promise<boolean> {
    const dueOn = workingDaysLater(row.countedFrom, row.countedDays!, 'leave-open');
    if (dueOn) await this.take(tx, row, { kind: 'count', to: row.state, change: { dueOn } });
    return dueOn !== null;
  }

  /** The deadline that a rule gives from a day. */
  async deadline(
    tx: Tx,
    state: ServiceRequestState,
    text: Entitlement,
    place: string,
    from: Day,
  ): Promise<Deadline | null> {
    const days = await this.parameters.whole(tx, NOTICE_RULE, place, this.clock.today());
    return deadlineOf(state, text, days, from);
  }

  private async deadlineAfter(tx: Tx, row: ServiceRequestRow, { to, countFrom }: Step) {
    const goesOn = row.state === to && countFrom === undefined;
    if (goesOn) {
      const { countedFrom, countedDays, dueRule, dueOn } = row;
      return { countedFrom, countedDays, dueRule, dueOn };
    }
    const [text] = await this.entitlements.byIds(tx, [row.entitlementId]);
    const from = countFrom ?? this.clock.today();
    const deadline = await this.deadline(tx, to, text!, row.responsibleCode, from);
    return {
      countedFrom: deadline ? from : row.countedFrom,
      countedDays: deadline?.workingDays ?? null,
      dueRule: deadline?.rule ?? null,
      dueOn: deadline?.dueOn ?? null,
    };
  }
}

/** Text of that many characters; refuses with SERVICE_WORDING. */
export function wordsOf(field: string, text: string, least: number, most: number): string {
  const words = text.trim();
  const length = [...words].length;
  if (length < least || length > most) throw refuse.wording(field, least, most);
  return words;
}
