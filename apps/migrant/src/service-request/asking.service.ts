import type { Caller } from '@app/access';
import type { Database } from '@app/database';
import { failpoint } from '@app/jobs';
import { CLOCK, type Clock, type Day, divisionLevel, findDivisionCode } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { MIGRANT_DATABASE } from '../migrant.tokens';
import { EntitlementRepository } from './entitlement.repository';
import { refuse } from './service-request.errors';
import { ServiceRequestRepository } from './service-request.repository';
import { assertResponsible } from './service-request.service';
import type { AskInput, Asker, Entitlement, ServiceRequestRow } from './service-request.types';
import { ServiceStepService, wordsOf } from './service-step.service';

/** What families do: ask, bring what was missing, take a request back and have it go on after all. */
@Injectable()
export class AskingService {
  constructor(
    @Inject(MIGRANT_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly requests: ServiceRequestRepository,
    private readonly entitlements: EntitlementRepository,
    private readonly steps: ServiceStepService,
  ) {}

  /** What is owed in a place today, or on a day. */
  async owed(division: string, on: Day | null): Promise<Entitlement[]> {
    const code = findDivisionCode(division.trim());
    if (!code) throw refuse.notADivision(division);
    return this.database.read((read) => this.entitlements.on(read, code, on ?? this.clock.today()));
  }

  /** Asks for a service, or finds what the same reference asked for. The place asked is responsible from now on. */
  async ask(input: AskInput, asker: Asker, family: readonly string[]): Promise<string> {
    const code = findDivisionCode(input.division.trim());
    if (!code || ['province', 'city'].includes(divisionLevel(code))) throw refuse.notADivision(input.division);
    if (!/^[\w-]{1,64}$/.test(input.clientRef)) throw refuse.clientRefUnusable();
    const name = wordsOf('name', input.name, 1, 50);
    const need = input.need === null ? null : wordsOf('need', input.need, 1, 300);
    if (asker.channel === 'online' && input.personId !== null && !family.includes(input.personId))
      throw refuse.notYourPerson();
    return this.database.write(async (tx) => {
      await this.requests.lockReference(tx, input.clientRef);
      const asked = await this.requests.findAsked(tx, input.clientRef);
      if (asked) return asked;
      const [today, at] = [this.clock.today(), this.clock.now()];
      const text = (await this.entitlements.on(tx, code, today)).find((one) => one.code === input.service);
      if (!text) throw refuse.serviceUnknown(input.service, code);

      const deadline = (await this.steps.deadline(tx, 'asked', text, code, today))!;
      const owner = asker.channel === 'counter' ? asker.id : null;
      const { ownKey, channel } = asker;
      const row = {
        ...input,
        name,
        need,
        entitlementId: text.id,
        channel,
        ownKey,
        owner,
        code,
        receivedOn: today,
        deadline,
        at,
      };
      const id = await this.requests.insert(tx, row);
      const { rule: dueRule, dueOn } = deadline;
      await this.requests.act(tx, id, { kind: 'ask', from: 'new', to: 'asked', seq: 1, dueRule, dueOn, at });
      failpoint('service-request.ask');
      return id;
    });
  }

  /** What was missing is there, or is explained: the authority looks again within the deadline for a notice. */
  complete(id: string, caller: Caller, note: string | null): Promise<string> {
    return this.steps.step(id, (_tx, row) => {
      assertOwnOrOffice(row, caller);
      if (row.state === 'asked') return undefined;
      if (row.state !== 'incomplete') throw refuse.wrongState(row.state, ['incomplete']);
      const said = note === null ? null : wordsOf('note', note, 1, 300);
      return { kind: 'complete', to: 'asked', items: row.missing, note: said, change: { missing: [] } };
    });
  }

  /** At any time before it is decided. */
  withdraw(id: string, caller: Caller, note: string | null): Promise<string> {
    return this.steps.step(id, (_tx, row) => {
      assertOwnOrOffice(row, caller);
      if (row.state === 'withdrawn') return undefined;
      const said = note === null ? null : wordsOf('note', note, 1, 300);
      return { kind: 'withdraw', to: 'withdrawn', note: said, change: { missing: [], wanted: [] } };
    });
  }

  /** Takes the withdrawal back. */
  resume(id: string, caller: Caller): Promise<string> {
    return this.steps.step(id, (_tx, row) => {
      assertOwnOrOffice(row, caller);
      if (row.state === 'asked') return undefined;
      if (row.state !== 'withdrawn') throw refuse.wrongState(row.state, ['withdrawn']);
      return { kind: 'resume', to: 'asked' };
    });
  }
}

/** The family itself, or who is responsible at the counter. */
function assertOwnOrOffice(row: ServiceRequestRow, caller: Caller): void {
  if (!caller.roles.includes('citizen')) assertResponsible(row, caller);
  else if (!row.isOwn) throw refuse.notOwn();
}
