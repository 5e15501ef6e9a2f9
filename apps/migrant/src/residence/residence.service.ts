import { type Database, newId, type Tx } from '@app/database';
import type { Outbox } from '@app/jobs';
import { CLOCK, type Clock, type Day } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { MIGRANT_DATABASE, MIGRANT_OUTBOX } from '../migrant.tokens';
import { ResidentService } from '../resident/resident.service';
import type { NamedPerson, ResidentRow, StatedOrigin } from '../resident/resident.types';
import { faultOf, repeated, saysTheSame } from './notice.rules';
import { refuse } from './residence.errors';
import { linkResident } from './residence.jobs';
import { ResidenceRepository } from './residence.repository';
import { periodsOf, refutedBy, strengthOf } from './residence.rules';
import type { NewNotice, Noted, NoticeRow, PeriodRow, ResidenceBasis, StatedDay } from './residence.types';

const ACROSS = 'a notice is taken wherever the person is on record';
const PERSONS_MAX = 10_000;

/** What a correction puts in the place of a period; what is not said stays. */
export interface Correction {
  readonly placeCode?: string;
  readonly cameFrom?: string | null;
  readonly starts?: StatedDay;
  readonly ends?: StatedDay | null;
}

/** On what word or paper somebody gives notice, corrects or ends. */
export interface Evidence {
  readonly reference: string;
  readonly basis: ResidenceBasis;
  readonly sourceRef: string | null;
}

/**
 * Where people live, from what three sources say: a notice is kept as it was said, and the periods are made anew from all
 * of them, so that late, repeated and contradicting notices end in the same periods in any order.
 */
@Injectable()
export class ResidenceService {
  constructor(
    @Inject(MIGRANT_DATABASE) private readonly database: Database,
    @Inject(MIGRANT_OUTBOX) private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly residents: ResidentService,
    private readonly residences: ResidenceRepository,
  ) {}

  /** Takes a notice that somebody lives or lived at a place. The same reference again is the same notice. */
  note(named: NamedPerson, notice: NewNotice, origin: StatedOrigin | null): Promise<Noted> {
    return this.database.write((tx) => tx.across(ACROSS, () => this.noteWithin(tx, named, notice, origin)));
  }

  private async noteWithin(tx: Tx, named: NamedPerson, notice: NewNotice, origin: StatedOrigin | null): Promise<Noted> {
    const known = await this.sentBefore(tx, notice);
    if (known && (await this.residents.findNamed(tx, named))?.id !== known.residentId)
      throw refuse.referenceTaken(notice.reference);
    if (known) return notedBefore(known);
    this.assertDays(notice, named.born);

    const at = this.clock.now();
    const resident = await this.residents.getOrAdd(tx, named, notice.placeCode!, at);
    const isNew = await this.add(tx, resident.id, notice);
    const isMoved = origin !== null && (await this.residents.takeOrigin(tx, resident.id, origin, at));
    if (resident.personId === null && resident.idNumberMask !== null)
      await this.outbox.plan(tx, linkResident, [{ resident: resident.id }]);
    tx.concern('resident', [resident.id]);
    return { reference: notice.reference, residentId: resident.id, isNew: isNew || isMoved };
  }

  /** Takes a notice that somebody who is on record left a place. */
  end(residentId: string, placeCode: string, on: StatedDay, evidence: Evidence): Promise<Noted> {
    const notice: NewNotice = { ...said(evidence), kind: 'end', placeCode, cameFrom: null, starts: null, ends: on };
    return this.database.write(async (tx) => {
      await this.residents.lock(tx, [residentId]);
      return tx.across(ACROSS, async () => {
        const known = await this.sentBefore(tx, notice);
        if (known) return notedBefore(known);
        this.assertDays(notice, null);
        const isNew = await this.add(tx, residentId, notice);
        tx.concern('resident', [residentId]);
        return { reference: notice.reference, residentId, isNew };
      });
    });
  }

  /**
   * Puts a better notice in the place of the one that a period rests on. What stands on better evidence is not replaced:
   * then both stand, and an officer settles it.
   */
  correct(periodId: string, correction: Correction, reason: string, evidence: Evidence): Promise<Noted> {
    return this.database.write(async (tx) => {
      const before = await this.residences.byReference(tx, 'own', evidence.reference);
      if (before) return notedBefore(before);
      const { residentId, noticeId } = await this.getPeriod(tx, periodId);
      const words = wordsOf(reason);
      await this.residents.lock(tx, [residentId]);
      return tx.across(ACROSS, async () => {
        const replaced = (await this.residences.byId(tx, noticeId))!;
        const notice: NewNotice = {
          ...said(evidence),
          kind: 'stay',
          placeCode: correction.placeCode ?? replaced.placeCode,
          cameFrom: correction.cameFrom === undefined ? replaced.cameFrom : correction.cameFrom,
          starts: correction.starts ?? replaced.starts,
          ends: correction.ends === undefined ? replaced.ends : correction.ends,
        };
        const known = await this.sentBefore(tx, notice);
        if (known) return notedBefore(known);
        this.assertDays(notice, null);
        // What an officer found to be so is put right by an officer who saw a paper, not by one's word.
        const isUpheld = replaced.isUpheld && notice.basis === 'declared';
        if (strengthOf({ ...replaced, isUpheld }) < strengthOf({ ...notice, isUpheld: false }))
          throw refuse.strongerThanYours(replaced.basis);
        await this.residences.withdraw(tx, [replaced.id], { why: 'corrected', words, at: this.clock.now() });
        const isNew = await this.add(tx, residentId, notice);
        if (!isNew) await this.rederive(tx, residentId);
        tx.concern('resident', [residentId]);
        return { reference: notice.reference, residentId, isNew: true };
      });
    });
  }

  /**
   * An officer looked into a period under investigation: it holds, and what contradicts it does not, or it does not hold.
   * What was found not to be so is not said again.
   */
  settle(periodId: string, holds: boolean, reason: string): Promise<string> {
    return this.database.write(async (tx) => {
      const period = await this.getPeriod(tx, periodId);
      const words = wordsOf(reason);
      if (!period.isDisputed) throw refuse.notDisputed(periodId);
      const { residentId, noticeId } = period;
      await this.residents.lock(tx, [residentId]);
      return tx.across(ACROSS, async () => {
        const at = this.clock.now();
        if (holds) {
          const notices = await this.standingNotices(tx, residentId);
          const refuted = refutedBy(notices, (one) => one.id === noticeId);
          await this.residences.uphold(tx, noticeId, words);
          const ids = refuted.map(({ id }) => id);
          await this.residences.withdraw(tx, ids, { why: 'refuted', words, at });
        } else {
          await this.residences.withdraw(tx, [noticeId], { why: 'refuted', words, at });
        }
        await this.rederive(tx, residentId);
        tx.concern('resident', [residentId]);
        return residentId;
      });
    });
  }

  private async getPeriod(tx: Tx, id: string): Promise<PeriodRow> {
    const period = await this.residences.period(tx, id);
    if (!period) throw refuse.periodUnknown(id);
    return period;
  }

  /** What the registry says of a death; its reversal takes it back. Within the transaction of a page of the feed. */
  async takeDeath(tx: Tx, resident: ResidentRow, died: Day | null): Promise<boolean> {
    const known = await this.residences.notices(tx, resident.id);
    const deaths = known.filter(({ kind, withdrawnAt }) => kind === 'death' && withdrawnAt === null);
    const stale = deaths.filter(({ ends }) => ends !== (died as string | null));
    if (stale.length === 0 && (died === null || deaths.length > 0)) return false;
    await this.residences.withdraw(
      tx,
      stale.map(({ id }) => id),
      { why: 'corrected', words: null, at: this.clock.now() },
    );
    if (died === null) await this.rederive(tx, resident.id);
    else {
      const told = known.filter(({ kind }) => kind === 'death').length;
      const reference = `death:${resident.id}:${told}`;
      const none = { placeCode: null, cameFrom: null, starts: null, sourceRef: null };
      const ends = died as unknown as StatedDay;
      await this.add(tx, resident.id, {
        ...none,
        source: 'registry',
        reference,
        kind: 'death',
        ends,
        basis: 'registry',
      });
    }
    tx.concern('resident', [resident.id]);
    return true;
  }

  /** Two records of one person become one: everything that was said of either was said of them. */
  async join(tx: Tx, from: string, into: string): Promise<void> {
    await this.residents.lock(tx, [from, into]);
    const at = await this.moment(tx, from);
    const standing = await this.residences.periods(tx, [from]);
    await this.residences.endPeriods(
      tx,
      standing.map(({ id }) => id),
      at,
    );
    await this.residences.move(tx, from, into);
    await this.residents.join(tx, from, into, at);
    await this.rederive(tx, into);
    tx.concern('resident', [from, into]);
  }

  /** Makes the periods of a resident anew from every notice that stands; rows that say the same stay as they are. */
  async rederive(tx: Tx, residentId: string): Promise<void> {
    const held = periodsOf(await this.standingNotices(tx, residentId));
    const standing = await this.residences.periods(tx, [residentId]);
    const wanted = new Map(held.map((one) => [markOf({ ...one, noticeId: one.notice.id }), one]));
    const kept = new Set(standing.map(markOf));
    const over = standing.filter((row) => !wanted.has(markOf(row)));
    const at = await this.moment(tx, residentId);
    await this.residences.endPeriods(
      tx,
      over.map(({ id }) => id),
      at,
    );
    for (const [mark, one] of wanted) if (!kept.has(mark)) await this.residences.insertPeriod(tx, residentId, one, at);
  }

  /** Which of these persons on that day surely live in a county in which their registration is not. Kept nowhere. */
  standing(personIds: readonly string[], on: Day): Promise<readonly string[]> {
    if (personIds.length > PERSONS_MAX) throw refuse.tooManyPersons(PERSONS_MAX);
    return this.database.read((read) => this.residences.newcomers(read, personIds, on));
  }

  private async standingNotices(tx: Tx, residentId: string): Promise<NoticeRow[]> {
    const notices = await this.residences.notices(tx, residentId);
    return notices.filter(({ withdrawnAt }) => withdrawnAt === null);
  }

  /** The notice of this reference, if it came before; refuses with NOTICE_REFERENCE_TAKEN where it said something else. */
  private async sentBefore(tx: Tx, notice: NewNotice): Promise<NoticeRow | undefined> {
    await this.residences.lockReference(tx, notice.source, notice.reference);
    const known = await this.residences.byReference(tx, notice.source, notice.reference);
    if (known && !saysTheSame(known, notice)) throw refuse.referenceTaken(notice.reference);
    return known;
  }

  /** Returns false where it says nothing new. */
  private async add(tx: Tx, residentId: string, notice: NewNotice): Promise<boolean> {
    if (repeated(await this.residences.notices(tx, residentId), notice)) return false;
    const at = await this.moment(tx, residentId);
    await this.residences.insertNotice(tx, newId(at), residentId, notice, at);
    await this.rederive(tx, residentId);
    return true;
  }

  private assertDays(notice: NewNotice, born: Day | null): void {
    const found = faultOf(notice, this.clock.today(), born);
    if (!found) return;
    if (found.fault === 'in-future') throw refuse.inFuture(found.day);
    throw found.fault === 'before-birth' ? refuse.beforeBirth() : refuse.noDays();
  }

  /** Two hosts' clocks may differ: what is recorded later stands later. */
  private async moment(tx: Tx, residentId: string): Promise<Date> {
    const [last, now] = [await this.residences.lastRecorded(tx, residentId), this.clock.now()];
    return last !== null && last > now ? last : now;
  }
}

const notedBefore = ({ reference, residentId }: NoticeRow): Noted => ({ reference, residentId, isNew: false });

const said = ({ reference, basis, sourceRef }: Evidence) => ({ source: 'own' as const, reference, basis, sourceRef });

function wordsOf(reason: string): string {
  const words = reason.trim();
  if ([...words].length < 4 || [...words].length > 200) throw refuse.reasonMissing();
  return words;
}

const markOf = (
  row: Pick<PeriodRow, 'noticeId' | 'placeCode' | 'cameFrom' | 'period' | 'basis' | 'isDisputed' | 'isFollowed'>,
) => JSON.stringify([row.noticeId, row.placeCode, row.cameFrom, row.period, row.basis, row.isDisputed, row.isFollowed]);
