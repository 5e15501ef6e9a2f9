import { type Caller, covers } from '@app/access';
import { type Database, inContext, systemContext, type Tx } from '@app/database';
import { failpoint, type Outbox } from '@app/jobs';
import { addDays, CLOCK, type Clock, type DivisionCode, divisionLevel, findDivisionCode } from '@app/kernel';
import { workingDaysLater } from '@app/working-days';
import { Inject, Injectable } from '@nestjs/common';
import { MIGRANT_DATABASE, MIGRANT_OUTBOX } from '../migrant.tokens';
import { ParameterService } from '../parameter/parameter.service';
import { ServiceRequestService } from '../service-request/service-request.service';
import { refuse } from './complaint.errors';
import { lookAtComplaints } from './complaint.jobs';
import { type Change, ComplaintRepository } from './complaint.repository';
import { canMove, type ComplaintState } from './complaint.state';
import type { ComplaintAction, ComplaintFilter, ComplaintRow, HandOverRow } from './complaint.types';
import { wordsOf } from './filing.service';

interface Step {
  readonly kind: string;
  readonly to: ComplaintState;
  readonly note?: string | null;
  readonly change?: Change;
  readonly decision?: string;
}

/** What officers do about a complaint: take it in hand, hand it over, answer it with reasons, and mend what it was about. */
@Injectable()
export class ComplaintService {
  constructor(
    @Inject(MIGRANT_DATABASE) private readonly database: Database,
    @Inject(MIGRANT_OUTBOX) private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly complaints: ComplaintRepository,
    private readonly parameters: ParameterService,
    private readonly requests: ServiceRequestService,
  ) {}

  take(id: string, caller: Caller): Promise<string> {
    return this.step(id, (_tx, row) => {
      assertResponsible(row, caller);
      if (row.state === 'handling') return undefined;
      if (row.state !== 'filed') throw refuse.wrongState(row.state, ['filed']);
      return { kind: 'take', to: 'handling', change: { owner: caller.id } };
    });
  }

  /** Asks another office to answer it; responsible is who was until they accept. Never the office it is about. */
  handOver(id: string, caller: Caller, to: string, reason: string): Promise<string> {
    const code = findDivisionCode(to.trim());
    if (!code || divisionLevel(code) === 'province') throw refuse.notAnOffice(to);
    const why = wordsOf('reason', reason, 4, 300);
    return this.step(id, async (tx, row) => {
      assertResponsible(row, caller);
      if (row.state !== 'filed' && row.state !== 'handling') throw refuse.wrongState(row.state, ['filed', 'handling']);
      if (code === row.aboutCode) throw refuse.toTheOffice(code);
      if (await this.waiting(tx, id)) throw refuse.handOverWaits();
      const { responsibleCode: fromCode } = row;
      if (code === fromCode) throw refuse.toTheOffice(code);
      await this.complaints.insertHandOver(tx, {
        complaintId: id,
        fromCode,
        toCode: code,
        reason: why,
        at: this.clock.now(),
      });
      return { kind: 'hand-over', to: row.state, note: why, change: { places: [fromCode, code] } };
    });
  }

  /** The other office's word. */
  answerHandOver(id: string, caller: Caller, isAccepted: boolean, note: string | null): Promise<string> {
    const said = note === null && isAccepted ? null : wordsOf('note', note ?? '', 4, 300);
    return this.step(id, async (tx, row) => {
      const asked = await this.waiting(tx, id);
      if (!asked || !covers(caller, asked.toCode as DivisionCode)) throw refuse.handOverUnknown();
      await this.complaints.answerHandOver(
        tx,
        asked.id,
        isAccepted ? 'accepted' : 'declined',
        said,
        caller.id,
        this.clock.now(),
      );
      if (!isAccepted) return { kind: 'decline', to: row.state, note: said };
      const change = { responsibleCode: asked.toCode, owner: caller.id };
      return { kind: 'accept', to: row.state, note: said, change };
    });
  }

  /** With reasons either way. */
  decide(id: string, caller: Caller, isUpheld: boolean, reasons: string): Promise<string> {
    const why = wordsOf('reasons', reasons, 4, 600);
    return this.step(id, async (tx, row) => {
      assertResponsible(row, caller);
      if (row.state !== 'handling') throw refuse.wrongState(row.state, ['handling']);
      const before = (await this.complaints.actions(tx, [id])).findLast(({ kind }) => kind === 'not-uphold');
      if (before && before.actor === caller.id) throw refuse.sameOfficer();
      const [kind, to] = isUpheld ? (['uphold', 'upheld'] as const) : (['not-uphold', 'not-upheld'] as const);
      const change = { reasons: why, endedOn: isUpheld ? null : this.clock.today() };
      return { kind, to, change, decision: `${to}|${id}|${why}` };
    });
  }

  /**
   * An upheld complaint is carried out: the paper is asked for no more, or the request is taken up again, in this very
   * transaction; where it is about no request of this app, in words.
   */
  execute(id: string, caller: Caller, mended: string): Promise<string> {
    const what = wordsOf('mended', mended, 4, 400);
    return this.step(id, async (tx, row) => {
      assertResponsible(row, caller);
      if (row.state === 'executed') return undefined;
      if (row.state !== 'upheld') throw refuse.wrongState(row.state, ['upheld']);
      if (row.requestId !== null) {
        const why = `投诉 ${row.number} 成立`;
        const { requestId, kind } = row;
        await tx.across('the request complained about is mended wherever it is', () =>
          kind === 'conduct' ? Promise.resolve() : this.requests.mend(tx, requestId, row.paper, why),
        );
      }
      const change = { mended: what, mendedRequestId: row.requestId, endedOn: this.clock.today() };
      return { kind: 'execute', to: 'executed', note: what, change, decision: `executed|${id}|${what}` };
    });
  }

  /** Whoever complained is not content: another officer looks. */
  reopen(id: string, caller: Caller, reason: string): Promise<string> {
    const why = wordsOf('reason', reason, 4, 300);
    return this.step(id, (_tx, row) => {
      if (caller.roles.includes('citizen') ? !row.isOwn : !covers(caller, row.responsibleCode as DivisionCode))
        throw refuse.notOwn();
      if (row.state === 'handling') return undefined;
      if (row.state !== 'not-upheld') throw refuse.wrongState(row.state, ['not-upheld']);
      return { kind: 'reopen', to: 'handling', note: why, change: { owner: null, endedOn: null } };
    });
  }

  withdraw(id: string): Promise<string> {
    return this.step(id, (_tx, row) => {
      if (!row.isOwn) throw refuse.notOwn();
      if (row.state === 'withdrawn') return undefined;
      if (!canMove(row.state, 'withdrawn')) throw refuse.wrongState(row.state, ['filed', 'handling']);
      return { kind: 'withdraw', to: 'withdrawn', change: { endedOn: this.clock.today() } };
    });
  }

  resume(id: string): Promise<string> {
    return this.step(id, (_tx, row) => {
      if (!row.isOwn) throw refuse.notOwn();
      if (row.state === 'filed') return undefined;
      if (row.state !== 'withdrawn') throw refuse.wrongState(row.state, ['withdrawn']);
      return { kind: 'resume', to: 'filed', change: { endedOn: null } };
    });
  }

  /** Plans a look; of several rings at once one message goes on its way. */
  ring(): Promise<void> {
    return inContext(systemContext('complaints', { isPlumbing: true }), () =>
      this.database.write((tx) => this.outbox.plan(tx, lookAtComplaints, [{ bell: 'minute' }])),
    );
  }

  /** Deadlines are counted, come near and pass; nothing is decided by itself. */
  look(): Promise<number> {
    const today = this.clock.today();
    return this.database.write(async (tx) => {
      for (const { id, receivedOn, workingDays } of await this.complaints.withoutDay(tx)) {
        const dueOn = workingDaysLater(receivedOn, workingDays, 'leave-open');
        if (dueOn) await this.complaints.setDue(tx, id, dueOn);
      }
      const days = await this.parameters.whole(tx, 'service.reminder-days', '', today);
      const near = await this.complaints.toRemind(tx, today, addDays(today, days));
      for (const row of near)
        await this.apply(tx, row, { kind: row.isOver ? 'remind-after' : 'remind-before', to: row.state });
      return near.length;
    });
  }

  list(filter: ComplaintFilter, after: readonly string[] | undefined, limit: number): Promise<ComplaintRow[]> {
    return this.database.read((read) => this.complaints.list(read, filter, after, limit));
  }

  count(filter: ComplaintFilter): Promise<number> {
    return this.database.read((read) => this.complaints.count(read, filter));
  }

  own(): Promise<ComplaintRow[]> {
    return this.database.read((read) => this.complaints.own(read));
  }

  byIds(ids: readonly string[]): Promise<ComplaintRow[]> {
    return this.database.read((read) => this.complaints.byIds(read, ids));
  }

  actions(ids: readonly string[]): Promise<ComplaintAction[]> {
    return this.database.read((read) => this.complaints.actions(read, ids));
  }

  handOvers(ids: readonly string[]): Promise<HandOverRow[]> {
    return this.database.read((read) => this.complaints.handOvers(read, ids));
  }

  private step(
    id: string,
    decide: (tx: Tx, row: ComplaintRow) => Promise<Step | undefined> | Step | undefined,
  ): Promise<string> {
    return this.database.write(async (tx) => {
      const row = await this.complaints.findForUpdate(tx, id);
      if (!row) throw refuse.unknown(id);
      const step = await decide(tx, row);
      if (step) await this.apply(tx, row, step);
      return id;
    });
  }

  private async apply(tx: Tx, row: ComplaintRow, { kind, to, note = null, change, decision }: Step): Promise<void> {
    if (!canMove(row.state, to)) throw refuse.wrongState(row.state, [to]);
    await this.complaints.change(tx, row.id, { state: to, ...change });
    await this.complaints.act(tx, row.id, {
      kind,
      from: row.state,
      to,
      seq: row.events + 1,
      note,
      at: this.clock.now(),
    });
    if (decision !== undefined) await this.complaints.decided(tx, row.id, decision);
    failpoint('complaint.step');
  }

  private async waiting(tx: Tx, id: string): Promise<HandOverRow | undefined> {
    return (await this.complaints.handOvers(tx, [id])).find(({ answer }) => answer === null);
  }
}

function assertResponsible({ responsibleCode }: ComplaintRow, caller: Caller): void {
  if (!covers(caller, responsibleCode as DivisionCode)) throw refuse.notResponsible(responsibleCode);
}
