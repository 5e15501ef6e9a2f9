import { type Database, newId, type Read, type Tx } from '@app/database';
import { CLOCK, type Clock, type Day } from '@app/kernel';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { daysOf, deadlineEnd, isPast, lastDay, rollForward, yearsOf } from '../delivery/deadline.rules';
import { FEES_DATABASE } from '../fees.tokens';
import { LetterService } from '../letter/letter.service';
import { sealOf } from '../parameter/sealed-columns.types';
import { refuse } from './remedy.errors';
import { type RemedyFilter, RemedyRepository } from './remedy.repository';
import { lastReconsideration, lastSuit } from './remedy.rules';
import { isOpen } from './remedy.state';
import { RemedyTermsService } from './remedy-terms.service';
import type { Contestable, NewContestable, NewRemedy, Remedy, RemedyOutcome, RemedyStanding } from './remedy.types';

const KIND = 'remedy';

/** Remedies against decisions: what may be contested, until when, and how a matter stands. */
@Injectable()
export class RemedyService {
  constructor(
    @Inject(FEES_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly remedies: RemedyRepository,
    private readonly terms: RemedyTermsService,
    private readonly letters: LetterService,
  ) {}

  /**
   * A decision that may be contested was made, within the change that wrote its letter. A later one of the same matter takes
   * its place. Periods begin when the letter is served.
   */
  async contest(tx: Tx, { matterId, letterId, fen, toldOfRights = true }: NewContestable): Promise<string> {
    const [letter] = await this.letters.byIds(tx, [letterId]);
    if (!letter) throw refuse.letterUnknown(letterId);
    const at = this.clock.now();
    const id = newId(at);
    const { divisionCode, recipientName: debtorName, madeOn } = letter;
    const debtorKey = await this.letters.recipientKey(tx, letterId);
    const decision = { id, matterId, letterId, divisionCode, debtorName, debtorKey, fen, toldOfRights, madeOn };
    await this.remedies.insertDecision(tx, decision, at);
    tx.concern('contestable-decision', [id]);
    return id;
  }

  /** How matters stand; every one that is asked for has an answer. */
  standing(read: Read, matterIds: readonly string[]): Promise<Map<string, RemedyStanding>> {
    return this.terms.standing(read, matterIds);
  }

  /** Which of these matters are suspended now, and nothing else of them. */
  suspended(read: Read, matterIds: readonly string[]): Promise<Set<string>> {
    return this.terms.suspended(read, matterIds);
  }

  /** The matter that a remedy is about; absent where there is no such remedy. */
  async matterOf(read: Read, id: string): Promise<string | undefined> {
    return (await this.remedies.byIds(read, [id]))[0]?.matterId;
  }

  /** What a remedy came to; absent while it is not decided. */
  async outcome(read: Read, id: string): Promise<RemedyOutcome | undefined> {
    const [remedy] = await this.remedies.byIds(read, [id]);
    if (!remedy?.outcome || !remedy.decidedOn) return undefined;
    const { matterId, outcome, newFen, decidedOn } = remedy;
    return { matterId, outcome, newFen, decidedOn };
  }

  /**
   * A remedy is filed. A late one is refused with the day on which the period ended, unless it says what kept the applicant:
   * then whoever accepts it decides about that.
   */
  async file(input: NewRemedy): Promise<string> {
    if ((input.kind === 'suit') !== (input.channel === 'court')) throw refuse.channelWrong();
    const grounds = input.grounds?.trim() || null;
    const length = [...(grounds ?? '')].length;
    if ((input.kind === 'reconsideration' && length < 4) || length > 2_000) throw refuse.groundsMissing();
    const lateReason = reasonOf(input.lateReason);
    const [court, reference] = [input.body?.trim() || null, input.reference?.trim() || null];
    if (input.kind === 'suit' && (!court || !reference)) throw refuse.courtMissing();
    return this.database.write(async (tx) => {
      const decision = await this.remedies.decisionForUpdate(tx, input.matterId);
      if (!decision) throw refuse.nothingToContest(input.matterId);
      const { kind, channel, filedOn } = input;
      const today = this.clock.today();
      if (filedOn > today || filedOn < decision.madeOn) throw refuse.dayAhead(filedOn, today);
      const last = await this.lastDayOf(tx, decision, kind);
      const isLate = last !== null && isPast(last, filedOn);
      if (isLate && !lateReason) throw refuse.late(rollForward(last)!);

      const at = this.clock.now();
      const id = newId(at);
      const body = kind === 'suit' ? court! : await this.terms.body(tx, decision.divisionCode);
      const checkDays = await this.terms.count(tx, 'check-days', decision.divisionCode);
      const checkDueOn = deadlineEnd(daysOf('reconsideration', checkDays), filedOn, 'leave-open');
      const place = { table: sealOf('remedy'), column: 'grounds_sealed', row: id };
      await this.remedies.insert(
        tx,
        decision,
        {
          id,
          kind,
          channel,
          filedOn,
          body,
          reference: kind === 'suit' ? reference : null,
          groundsSealed: grounds === null ? null : this.vault.seal(grounds, place),
          lateReason: isLate ? lateReason : null,
          lastDay: last && rollForward(last),
          isLate,
          checkDueOn: kind === 'suit' ? null : checkDueOn,
        },
        at,
      );
      await this.remedies.note(tx, { remedyId: id, seq: 1, kind: 'file', from: 'new', to: 'filed', note: null }, at);
      if (kind === 'suit') await this.acceptSuit(tx, id, filedOn, at);
      tx.concern(KIND, [id]);
      return id;
    });
  }

  /** One that came in on paper, by post or from the court is recorded by an officer. */
  async record(input: NewRemedy): Promise<string> {
    if (input.channel === 'online') throw refuse.channelWrong();
    return this.file(input);
  }

  /** When somebody who had not been told of their rights learned of them. */
  learned(matterId: string, on: Day): Promise<string> {
    return this.database.write(async (tx) => {
      const decision = await this.remedies.decisionForUpdate(tx, matterId);
      if (!decision) throw refuse.nothingToContest(matterId);
      if (decision.toldOfRights || decision.learnedOn !== null) throw refuse.rightsTold();
      if (on > this.clock.today() || on < decision.madeOn) throw refuse.dayAhead(on, this.clock.today());
      await this.remedies.learned(tx, decision.id, on);
      tx.concern('contestable-decision', [decision.id]);
      return matterId;
    });
  }

  byIds(ids: readonly string[]): Promise<Remedy[]> {
    return this.database.read(async (read) => read.disclose(KIND, await this.remedies.byIds(read, ids)));
  }

  list(filter: RemedyFilter, after: readonly string[] | null, limit: number): Promise<Remedy[]> {
    return this.database.read(async (read) => {
      const rows = await this.remedies.list(read, filter, after, limit);
      read.disclose(KIND, rows.slice(0, limit - 1)); // The last one only tells whether the page goes on.
      return rows;
    });
  }

  ownRemedies(): Promise<Remedy[]> {
    return this.database.read(async (read) => read.disclose(KIND, await this.remedies.ownRemedies(read)));
  }

  /** Decisions about whoever asks, with how each stands. */
  ownDecisions(): Promise<(Contestable & { readonly standing: RemedyStanding })[]> {
    return this.database.read(async (read) => this.withStanding(read, await this.remedies.own(read)));
  }

  /** The decision of a matter with how it stands. Refuses with REMEDY_NOTHING_TO_CONTEST. */
  decision(matterId: string): Promise<Contestable & { readonly standing: RemedyStanding }> {
    return this.database.read(async (read) => {
      const [found] = await this.withStanding(read, await this.remedies.decisions(read, [matterId]));
      if (!found) throw refuse.nothingToContest(matterId);
      return found;
    });
  }

  /** What the applicant says. */
  grounds({ id, groundsSealed }: Remedy): string | null {
    return (
      groundsSealed && this.vault.open(groundsSealed, { table: sealOf('remedy'), column: 'grounds_sealed', row: id })
    );
  }

  events(ids: readonly string[]) {
    return this.database.read((read) => this.remedies.events(read, ids));
  }

  suspensions(ids: readonly string[]) {
    return this.database.read((read) => this.remedies.suspensions(read, ids));
  }

  private async withStanding(read: Tx, decisions: readonly Contestable[]) {
    const standings = await this.terms.standing(
      read,
      decisions.map(({ matterId }) => matterId),
    );
    const rows = decisions.map((decision) => ({ ...decision, standing: standings.get(decision.matterId)! }));
    return read.disclose('contestable-decision', rows);
  }

  /** The last day of the period that a remedy of this kind has now; refuses where there is no such remedy any more. */
  private async lastDayOf(read: Read, decision: Contestable, kind: Remedy['kind']): Promise<Day | null> {
    const against = (await this.remedies.ofMatters(read, [decision.matterId])).filter(
      ({ decisionId, state }) => decisionId === decision.id && state !== 'refused',
    );
    const reconsidered = await this.terms.reconsidered(read, against);
    if (against.some((one) => isOpen(one.state) && one.kind === kind)) throw refuse.openAlready();
    if (kind === 'reconsideration' && against.length > 0) throw refuse.onceOnly();
    if (kind === 'suit' && against.some((one) => one.kind === 'suit')) throw refuse.judgedAlready();
    if (reconsidered === 'under-way') throw refuse.openAlready();
    const terms = await this.terms.terms(read, decision.divisionCode);
    const known = await this.terms.known(read, decision);
    // Whoever was never served may apply as soon as they hear of it, within the five years.
    if (known.knownOn === null) return lastDay(yearsOf('reconsideration', terms.capYears), decision.madeOn);
    return kind === 'suit' ? lastSuit(known, reconsidered, terms) : lastReconsideration(known, terms);
  }

  /** Whether a suit is taken is for the court, which tells of it when it has. */
  private async acceptSuit(tx: Tx, remedyId: string, acceptedOn: Day, at: Date): Promise<void> {
    await this.remedies.change(tx, remedyId, { state: 'accepted', acceptedOn });
    const event = { remedyId, seq: 2, kind: 'accept', from: 'filed', to: 'accepted', note: null } as const;
    await this.remedies.note(tx, event, at);
  }
}

function reasonOf(text: string | null): string | null {
  const reason = text?.trim() || null;
  if (reason && ([...reason].length < 4 || [...reason].length > 400)) throw refuse.reasonMissing();
  return reason;
}
