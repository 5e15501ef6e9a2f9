import type { Read } from '@app/database';
import { CLOCK, type Clock, type Day } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { rollForward } from '../delivery/deadline.rules';
import { DeliveryService } from '../delivery/delivery.service';
import { ParameterService } from '../parameter/parameter.service';
import { RemedyRepository } from './remedy.repository';
import { type Known, lastReconsideration, lastSuit, type Reconsidered, type RemedyTerms } from './remedy.rules';
import { isOpen } from './remedy.state';
import type { Contestable, Remedy, RemedyStanding, Suspension } from './remedy.types';

/** The periods of a decision: from when they run, and until when. */
@Injectable()
export class RemedyTermsService {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly remedies: RemedyRepository,
    private readonly deliveries: DeliveryService,
    private readonly parameters: ParameterService,
  ) {}

  async terms(read: Read, division: string): Promise<RemedyTerms> {
    const of = (name: string) => this.count(read, name, division);
    return {
      reconsiderationDays: await of('reconsideration-days'),
      untoldYears: await of('untold-years'),
      capYears: await of('cap-years'),
      suitMonths: await of('suit-months'),
      suitAfterDays: await of('suit-after-days'),
    };
  }

  /** A number of the remedies' own parameters, as it holds today. */
  count(read: Read, name: string, division: string): Promise<number> {
    return this.parameters.whole(read, `remedy.${name}`, division, this.clock.today());
  }

  body(read: Read, division: string): Promise<string> {
    return this.parameters.text(read, 'remedy.reconsideration-body', division, this.clock.today());
  }

  async known(read: Read, { letterId, madeOn, toldOfRights, learnedOn }: Contestable): Promise<Known> {
    const served = await this.deliveries.servedOn(read, [letterId]);
    return { madeOn, knownOn: served.get(letterId) ?? null, toldOfRights, learnedOn };
  }

  /** How each of these matters stands; one without a decision stands open to nothing. */
  async standing(read: Read, matterIds: readonly string[]): Promise<Map<string, RemedyStanding>> {
    const decisions = await this.remedies.decisions(read, matterIds);
    const remedies = await this.remedies.ofMatters(read, matterIds);
    const ids = remedies.map(({ id }) => id);
    const suspensions = await this.remedies.suspensions(read, ids);
    const standings = new Map<string, RemedyStanding>(matterIds.map((id) => [id, NOTHING]));
    for (const decision of decisions) {
      const mine = remedies.filter(({ matterId }) => matterId === decision.matterId);
      standings.set(decision.matterId, await this.standingOf(read, decision, mine, suspensions));
    }
    return standings;
  }

  /** Which of these matters are suspended now: for a slice that looks at many of them every minute. */
  async suspended(read: Read, matterIds: readonly string[]): Promise<Set<string>> {
    const open = (await this.remedies.ofMatters(read, matterIds)).filter(({ state }) => isOpen(state));
    const found = new Set<string>();
    if (open.length === 0) return found;
    const ids = open.map(({ id }) => id);
    const suspensions = await this.remedies.suspensions(read, ids);
    const decisions = await this.remedies.decisions(read, [...new Set(open.map(({ matterId }) => matterId))]);
    for (const decision of decisions) {
      const mine = open.filter(({ matterId }) => matterId === decision.matterId);
      if (await this.isSuspended(read, decision, mine, suspensions)) found.add(decision.matterId);
    }
    return found;
  }

  private async standingOf(
    read: Read,
    decision: Contestable,
    remedies: readonly Remedy[],
    suspensions: readonly Suspension[],
  ): Promise<RemedyStanding> {
    const open = remedies.filter(({ state }) => isOpen(state));
    const known = await this.known(read, decision);
    const terms = await this.terms(read, decision.divisionCode);
    const against = remedies.filter(({ decisionId }) => decisionId === decision.id);
    const judged = against.find(({ kind, state }) => kind === 'suit' && state === 'decided');
    const reconsidered = await this.reconsidered(read, against);
    const mayReconsider = !against.some(({ kind, state }) => kind === 'suit' || state === 'decided');
    const toReconsider = mayReconsider ? rolled(lastReconsideration(known, terms)) : null;
    const toSue = judged || reconsidered === 'under-way' ? null : rolled(lastSuit(known, reconsidered, terms));
    return {
      isSuspended: open.length > 0 && (await this.isSuspended(read, decision, open, suspensions)),
      isOpen: open.length > 0,
      awaitsService: !judged && reconsidered !== null && reconsidered !== 'under-way' && reconsidered.on === null,
      lastDayToApply: open.length > 0 ? null : judged ? judged.decidedOn : latest(toReconsider, toSue, mayReconsider),
      lastDayToReconsider: toReconsider,
      lastDayToSue: toSue,
    };
  }

  /** What a reconsideration of a decision came to; `under-way` while its time to decide is not over. */
  async reconsidered(read: Read, against: readonly Remedy[]): Promise<Reconsidered | 'under-way' | null> {
    const last = against.filter(({ kind, state }) => kind === 'reconsideration' && state !== 'refused').at(-1);
    if (!last) return null;
    if (last.state === 'decided') {
      if (last.outcome === 'withdrawn') return { outcome: 'withdrawn', on: last.decidedOn };
      const letter = last.decisionLetterId!;
      return { outcome: 'decided', on: (await this.deliveries.servedOn(read, [letter])).get(letter) ?? null };
    }
    const isOverdue = last.decideDueOn !== null && last.decideDueOn < this.clock.today();
    return isOverdue ? { outcome: 'overdue', on: last.decideDueOn } : 'under-way';
  }

  private async isSuspended(
    read: Read,
    { divisionCode }: Contestable,
    open: readonly Remedy[],
    suspensions: readonly Suspension[],
  ): Promise<boolean> {
    const isDecided = open.some(
      ({ id }) => suspensions.filter(({ remedyId }) => remedyId === id).at(-1)?.kind === 'suspended',
    );
    if (isDecided) return true;
    const byLaw = await this.parameters.text(read, 'remedy.suspends-by-law', divisionCode, this.clock.today());
    return byLaw === 'yes';
  }
}

const NOTHING: RemedyStanding = {
  isSuspended: false,
  isOpen: false,
  awaitsService: false,
  lastDayToApply: null,
  lastDayToReconsider: null,
  lastDayToSue: null,
};

const rolled = (last: Day | null): Day | null => last && rollForward(last);

/** The later of both; null where one of them cannot be said. */
function latest(toReconsider: Day | null, toSue: Day | null, mayReconsider: boolean): Day | null {
  if (toSue === null || (mayReconsider && toReconsider === null)) return null;
  return toReconsider !== null && toReconsider > toSue ? toReconsider : toSue;
}
