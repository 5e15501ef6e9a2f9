import type { Database, Tx } from '@app/database';
import { failpoint } from '@app/jobs';
import { CLOCK, type Clock, type Day } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { MIGRANT_DATABASE } from '../migrant.tokens';
import { wordsOf } from './consent.service';
import { refuse } from './support-visit.errors';
import { SupportVisitRepository } from './support-visit.repository';
import { canMove, MOVES, SUPPORT_VISIT_STATES, type SupportVisitState } from './support-visit.state';
import type { NoteRow, Purpose, Topic, VisitFilter, VisitRow } from './support-visit.types';

/** Visits within a consent: offered by an officer, accepted or declined by the family, done, and told of as they asked. */
@Injectable()
export class SupportVisitService {
  constructor(
    @Inject(MIGRANT_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly repository: SupportVisitRepository,
  ) {}

  /** Only what was consented to, on a day within the consent. */
  offer(consentId: string, purpose: Purpose, plannedOn: Day): Promise<string> {
    return this.database.write(async (tx) => {
      const [consent] = await this.repository.consents(tx, [consentId]);
      if (!consent) throw refuse.consentUnknown(consentId);
      const isWithin = plannedOn >= consent.startsOn && plannedOn < consent.endsOn && plannedOn >= this.clock.today();
      if (!consent.scope.includes(purpose) || !isWithin) throw refuse.outsideConsent(purpose, plannedOn);
      const id = await this.repository.insertVisit(tx, { consentId, purpose, plannedOn, at: this.clock.now() });
      failpoint('support.offer');
      return id;
    });
  }

  /** The family's word, and what they wish to be told of; they may change their mind until the visit is made. */
  answer(id: string, isAccepted: boolean, topics: readonly Topic[]): Promise<string> {
    return this.move(id, isAccepted ? 'accepted' : 'declined', async (tx) => {
      await this.repository.setTopics(tx, id, isAccepted ? topics : []);
    });
  }

  /** It was made; noted is only what the family asked for. */
  record(id: string, notes: readonly { readonly topic: Topic; readonly words: string }[]): Promise<string> {
    return this.move(id, 'done', async (tx, visit) => {
      for (const { topic, words } of notes) {
        if (!visit.topics.includes(topic)) throw refuse.notAskedFor(topic, visit.topics);
        await this.repository.note(tx, id, topic, wordsOf('words', words, 1, 200), this.clock.now());
      }
    });
  }

  /** Entered by mistake: it goes back to accepted, and its notes go. */
  undo(id: string): Promise<string> {
    return this.database.write(async (tx) => {
      const visit = await this.get(tx, id);
      if (visit.state === 'accepted') return id;
      if (visit.state !== 'done') throw refuse.wrongState(visit.state, ['done']);
      await this.repository.deleteNotes(tx, id);
      await this.repository.move(tx, id, 'accepted', null);
      return id;
    });
  }

  cancel(id: string): Promise<string> {
    return this.move(id, 'cancelled', () => Promise.resolve());
  }

  list(filter: VisitFilter, after: readonly string[] | undefined, limit: number): Promise<VisitRow[]> {
    return this.database.read((read) => this.repository.list(read, filter, after, limit));
  }

  byIds(ids: readonly string[]): Promise<VisitRow[]> {
    return this.database.read((read) => this.repository.visits(read, ids));
  }

  ofConsents(ids: readonly string[]): Promise<VisitRow[]> {
    return this.database.read((read) => this.repository.visitsOf(read, ids));
  }

  notes(ids: readonly string[]): Promise<NoteRow[]> {
    return this.database.read((read) => this.repository.notes(read, ids));
  }

  /** The second click changes nothing. */
  private move(id: string, to: SupportVisitState, change: (tx: Tx, visit: VisitRow) => Promise<void>): Promise<string> {
    return this.database.write(async (tx) => {
      const visit = await this.get(tx, id);
      if (visit.state === to) return id;
      if (!canMove(visit.state, to)) throw refuse.wrongState(visit.state, statesBefore(to));
      await change(tx, visit);
      await this.repository.move(tx, id, to, to === 'done' ? this.clock.today() : null);
      failpoint('support.visit');
      return id;
    });
  }

  private async get(tx: Tx, id: string): Promise<VisitRow> {
    const visit = await this.repository.visitForUpdate(tx, id);
    if (!visit) throw refuse.visitUnknown(id);
    return visit;
  }
}

const statesBefore = (to: SupportVisitState): SupportVisitState[] =>
  SUPPORT_VISIT_STATES.filter((from) => MOVES[from].includes(to));
