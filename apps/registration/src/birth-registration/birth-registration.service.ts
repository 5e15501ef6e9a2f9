import type { Access } from '@app/audit';
import { accessesTo } from '@app/audit';
import type { Database, Tx } from '@app/database';
import { failpoint } from '@app/jobs';
import { CLOCK, type Clock } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { REGISTRATION_DATABASE } from '../registration.tokens';
import { RegistryCheckService } from '../registry-check/registry-check.service';
import { reasonOf, refuse } from './birth-registration.errors';
import { BirthRegistrationRepository, type Change, type ListFilter } from './birth-registration.repository';
import { ASKABLE_ITEMS, isSilent, type ServiceText } from './birth-registration.rules';
import { type BirthRegistrationState, canMove, isLive } from './birth-registration.state';
import type {
  ActionRow,
  Asker,
  BirthRegistrationRow,
  ChildRow,
  CommitmentRow,
  PartyRow,
  QuestionRow,
} from './birth-registration.types';
import { ClaimedRepository } from './claimed.repository';
import { ElsewhereService } from './elsewhere.service';
import { ServiceTextService } from './service-text.service';
import { VoucherContentService } from './voucher-content.service';
import { WorkingDayService } from './working-day.service';

const ACCESSES_MAX = 100;

interface Step {
  readonly kind: string;
  readonly to: BirthRegistrationState;
  readonly items?: readonly string[];
  readonly note?: string | null;
  readonly change?: Change;
}

/** What officers decide about a birth registration; a parent may withdraw it. Nobody and nothing refuses one by itself. */
@Injectable()
export class BirthRegistrationService {
  constructor(
    @Inject(REGISTRATION_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly registrations: BirthRegistrationRepository,
    private readonly claimed: ClaimedRepository,
    private readonly elsewhere: ElsewhereService,
    private readonly texts: ServiceTextService,
    private readonly workingDays: WorkingDayService,
    private readonly vouchers: VoucherContentService,
    private readonly checks: RegistryCheckService,
  ) {}

  /** Takes it up; where the text says so, or the parents do, the other place is asked first. */
  accept(id: string, officer: string): Promise<BirthRegistrationRow> {
    return this.step(id, async (tx, row, text) => {
      if (row.state === 'accepted' || row.state === 'asking') return undefined; // The second click changes nothing.
      assertState(row, ['submitted']);
      return this.acceptance(tx, row, text, officer);
    });
  }

  /** Registers it and issues the voucher; what was only submitted is accepted on the way. */
  register(id: string, officer: string): Promise<BirthRegistrationRow> {
    return this.step(id, async (tx, row, text) => {
      if (row.state === 'registered') return undefined;
      assertState(row, ['submitted', 'accepted', 'asking']);
      let current = row;
      if (row.state === 'submitted') {
        await this.take(tx, row, await this.acceptance(tx, row, text, officer));
        current = await this.get(tx, id);
      }
      if (current.state === 'asking') {
        current = await this.goOnWithoutAnswer(tx, current, row.state === 'submitted');
        if (current.state === 'asking') return undefined; // Accepted just now, and the other place is being asked.
      }
      if (current.look) throw refuse.lookFirst(current.look);
      if (await this.checks.assertGoesOn(tx, id)) {
        await this.take(tx, current, { kind: 'go-on-without-answer', to: current.state, items: ['registry_silent'] });
      }
      const at = this.clock.now();
      await this.take(tx, current, { kind: 'register', to: 'registered', change: { registeredAt: at, dueOn: null } });
      await this.registrations.decided(tx, id, `register|${id}|${row.version}`);
      await this.vouchers.issue(tx, id, text);
      failpoint('birth-registration.register');
      return undefined;
    });
  }

  /**
   * Tells, once, everything that is missing (一次性告知). A second notice waits for the county. What data sharing or a
   * commitment gives is never asked for.
   */
  returnForItems(id: string, items: readonly string[], note: string | null): Promise<BirthRegistrationRow> {
    return this.step(id, (_tx, row) => {
      const wrong = items.find((item) => !(ASKABLE_ITEMS as readonly string[]).includes(item));
      if (wrong !== undefined || items.length === 0) throw refuse.itemNotAskable(wrong ?? '-');
      assertState(row, ['submitted']);
      if (isSilent(row.dueOn, this.clock.today())) throw refuse.noticeTooLate(row.dueOn!);
      const said = note === null ? null : reasonOf(note);
      return Promise.resolve(
        row.notices === 0
          ? { kind: 'return', to: 'returned', items, note: said, change: { notices: 1, dueOn: null } }
          : { kind: 'ask-second-notice', to: 'submitted', items, note: said, change: { look: 'SECOND_NOTICE' } },
      );
    });
  }

  /** The county's word on a second notice: it goes out, or the registration goes on without it. */
  decideSecondNotice(id: string, allow: boolean, officer: string): Promise<BirthRegistrationRow> {
    return this.step(id, async (tx, row) => {
      if (row.look !== 'SECOND_NOTICE') throw refuse.noSecondNotice();
      const asked = (await this.registrations.actions(tx, [id])).findLast(({ kind }) => kind === 'ask-second-notice')!;
      if (asked.actor === officer) throw refuse.ownSecondNotice();
      const { items } = asked;
      return allow
        ? {
            kind: 'allow-second-notice',
            to: 'returned',
            items,
            change: { look: null, notices: row.notices + 1, dueOn: null },
          }
        : { kind: 'decline-second-notice', to: 'submitted', items, change: { look: null } };
    });
  }

  /** A person has looked, and it goes on or stays as it is. */
  keep(id: string, note: string): Promise<BirthRegistrationRow> {
    return this.step(id, async (tx, row) => {
      if (row.look === null || row.look === 'SECOND_NOTICE') throw refuse.nothingToKeep();
      const reason = reasonOf(note);
      await this.registrations.decided(tx, id, `keep|${id}|${row.version}|${row.look}`);
      return { kind: 'keep', to: row.state, items: [row.look], note: reason, change: { look: null } };
    });
  }

  /** Only what a dated text of this place stands against, and only by a person; another place may ask for less. */
  notCovered(id: string, note: string): Promise<BirthRegistrationRow> {
    return this.step(id, async (tx, row) => {
      if (row.judged.length === 0) throw refuse.nothingStandsAgainst();
      assertState(row, ['submitted', 'accepted']);
      const reason = reasonOf(note);
      await this.claimed.release(tx, id, this.clock.now());
      await this.registrations.decided(tx, id, `not-covered|${id}|${row.version}|${row.judged.join(',')}`);
      const change = { look: null, dueOn: null } as const;
      return { kind: 'not-covered', to: 'not-covered', items: row.judged, note: reason, change };
    });
  }

  /** At the wish of a parent, whatever was decided; the voucher ends with it. */
  withdraw(id: string, note: string | null, asker: Asker): Promise<BirthRegistrationRow> {
    return this.step(id, async (tx, row) => {
      await this.registrations.assertOwnAct(tx, id, asker);
      if (row.state === 'withdrawn') return undefined;
      if (!canMove(row.state, 'withdrawn')) throw refuse.wrongState(row.state, ['submitted', 'accepted', 'registered']);
      const said = note === null ? null : reasonOf(note);
      const at = this.clock.now();
      await this.claimed.release(tx, id, at);
      await this.vouchers.end(tx, id, 'withdrawn');
      await this.registrations.decided(tx, id, `withdraw|${id}|${row.version}`);
      return { kind: 'withdraw', to: 'withdrawn', note: said, change: { look: null, dueOn: null, endedAt: at } };
    });
  }

  /** What should not have been registered here, such as what is registered elsewhere: for a reason, the family is told. */
  cancel(id: string, note: string, toldWhere: string | null): Promise<BirthRegistrationRow> {
    return this.step(id, async (tx, row) => {
      if (row.state === 'cancelled') return undefined;
      assertState(row, ['registered']);
      const reason = reasonOf(note);
      const at = this.clock.now();
      await this.claimed.release(tx, id, at);
      await this.vouchers.end(tx, id, 'cancelled');
      await this.registrations.decided(tx, id, `cancel|${id}|${row.version}`);
      const told = toldWhere === null ? {} : { toldWhere: reasonOf(toldWhere) };
      return {
        kind: 'cancel',
        to: 'cancelled',
        note: reason,
        change: { look: null, dueOn: null, endedAt: at, ...told },
      };
    });
  }

  /** Another clerk answers for it from now on (首问负责：交接). */
  takeOver(id: string, officer: string): Promise<BirthRegistrationRow> {
    return this.step(id, (_tx, row) => {
      if (row.owner === officer || !isLive(row.state)) return Promise.resolve(undefined);
      return Promise.resolve({ kind: 'take-over', to: row.state, change: { owner: officer } });
    });
  }

  askElsewhere(id: string, division: string): Promise<BirthRegistrationRow> {
    return this.step(id, async (tx, row, text) => {
      assertState(row, ['submitted', 'accepted', 'registered']);
      const dueOn = await this.elsewhere.ask(tx, row, division, text);
      const to = row.state === 'registered' ? 'registered' : 'asking';
      return { kind: 'ask-elsewhere', to, items: [division], change: to === 'asking' ? { dueOn } : {} };
    });
  }

  /** What came back. Silence never blocks, and an answer that comes later is looked at by a person. */
  answerElsewhere(
    questionId: string,
    answer: {
      outcome: 'confirmed' | 'mismatch' | 'not_found' | 'no_reply';
      office: string | null;
      note: string | null;
    },
  ): Promise<BirthRegistrationRow> {
    return this.database.write(async (tx) => {
      const question = await this.elsewhere.find(tx, questionId);
      if (!question) throw refuse.questionUnknown(questionId);
      const row = await this.get(tx, question.registrationId);
      const { outcome, office } = answer;
      if (outcome === 'no_reply') {
        if (row.state === 'asking') await this.goOnWithoutAnswer(tx, row, false);
        else await this.elsewhere.answer(tx, questionId, answer);
        return this.get(tx, row.id);
      }
      await this.elsewhere.answer(tx, questionId, answer);
      const text = await this.texts.of(tx, row.divisionCode);
      const step = this.consequence(row, outcome, office, text);
      if (step) {
        if (step.to === 'elsewhere') await this.claimed.release(tx, row.id, this.clock.now());
        await this.take(tx, row, step);
        await this.registrations.decided(tx, row.id, `answer|${row.id}|${row.version}|${outcome}`);
      }
      failpoint('birth-registration.answer');
      return this.get(tx, row.id);
    });
  }

  private consequence(
    row: BirthRegistrationRow,
    outcome: 'confirmed' | 'mismatch' | 'not_found',
    office: string | null,
    text: ServiceText,
  ): Step | undefined {
    const kind = 'answer-elsewhere';
    const items = [outcome];
    const { state } = row;
    const dueOn = this.workingDays.due(this.clock.today(), text.number('decide-working-days'));
    if (state === 'asking' || state === 'accepted') {
      if (outcome === 'confirmed') {
        const change = { look: null, dueOn: null, endedAt: this.clock.now(), toldWhere: office! };
        return { kind, to: 'elsewhere', items, note: office, change };
      }
      const look = outcome === 'mismatch' ? ({ look: 'ANSWER_MISMATCH' } as const) : {};
      return { kind, to: 'accepted', items, change: { ...look, ...(state === 'asking' ? { dueOn } : {}) } };
    }
    if (state !== 'registered') return undefined;
    const look =
      outcome === 'confirmed' ? 'REGISTERED_ELSEWHERE' : outcome === 'mismatch' ? 'ANSWER_MISMATCH' : row.look;
    return { kind, to: 'registered', items, note: office, change: { look } };
  }

  /** Silence is noted and the case goes on by commitment; before its day it waits. */
  private async goOnWithoutAnswer(
    tx: Tx,
    row: BirthRegistrationRow,
    isJustAsked: boolean,
  ): Promise<BirthRegistrationRow> {
    const open = (await this.elsewhere.ofRegistrations(tx, [row.id])).filter(({ outcome }) => outcome === null);
    const today = this.clock.today();
    if (!open.every(({ dueOn }) => isSilent(dueOn, today))) {
      if (isJustAsked) return row;
      throw refuse.waiting(open.map(({ dueOn }) => dueOn).find((day) => day !== null) ?? null);
    }
    const letters = await this.registrations.commitments(tx, [row.id]);
    const isCommitted = letters.some(({ facts }) => facts.includes('NOT_REGISTERED_ELSEWHERE'));
    if (!isCommitted) throw refuse.commitmentMissing('NOT_REGISTERED_ELSEWHERE');
    for (const { id } of open) await this.elsewhere.answer(tx, id, { outcome: 'no_reply', office: null, note: null });
    const text = await this.texts.of(tx, row.divisionCode);
    const dueOn = this.workingDays.due(today, text.number('decide-working-days'));
    await this.take(tx, row, { kind: 'go-on-without-answer', to: 'accepted', items: ['no_reply'], change: { dueOn } });
    return this.get(tx, row.id);
  }

  private async acceptance(tx: Tx, row: BirthRegistrationRow, text: ServiceText, officer: string): Promise<Step> {
    const owner = row.owner ?? officer;
    const asked = await this.elsewhere.placeToAsk(tx, row, text);
    if (asked) {
      const dueOn = await this.elsewhere.ask(tx, row, asked, text);
      return { kind: 'ask-elsewhere', to: 'asking', items: [asked], change: { owner, dueOn } };
    }
    const dueOn = this.workingDays.due(this.clock.today(), text.number('decide-working-days'));
    return { kind: 'accept', to: 'accepted', change: { owner, dueOn } };
  }

  /** Load, check, change, save: every use case is one step of one registration. */
  private step(
    id: string,
    decide: (tx: Tx, row: BirthRegistrationRow, text: ServiceText) => Promise<Step | undefined>,
  ): Promise<BirthRegistrationRow> {
    return this.database.write(async (tx) => {
      const row = await this.get(tx, id);
      const step = await decide(tx, row, await this.texts.of(tx, row.divisionCode));
      if (step) await this.take(tx, row, step);
      failpoint('birth-registration.step');
      return this.get(tx, id);
    });
  }

  private async take(tx: Tx, row: BirthRegistrationRow, { kind, to, items, note, change }: Step): Promise<void> {
    if (!canMove(row.state, to)) throw refuse.wrongState(row.state, []);
    await this.registrations.change(tx, row.id, { state: to, ...change });
    const { version } = row;
    await this.registrations.act(tx, row.id, { kind, from: row.state, to, version, items, note, at: this.clock.now() });
  }

  private async get(tx: Tx, id: string): Promise<BirthRegistrationRow> {
    const row = await this.registrations.findForUpdate(tx, id);
    if (!row) throw refuse.unknown(id);
    return row;
  }

  byIds(ids: readonly string[]): Promise<BirthRegistrationRow[]> {
    return this.database.read((read) => this.registrations.byIds(read, ids));
  }

  ofOwn(): Promise<BirthRegistrationRow[]> {
    return this.database.read((read) => this.registrations.ofOwn(read));
  }

  /** The nearest deadline first; `isOverdue` keeps what was due before today. */
  list(
    filter: Omit<ListFilter, 'dueBefore'> & { isOverdue?: boolean },
    after: readonly string[] | undefined,
    limit: number,
  ): Promise<BirthRegistrationRow[]> {
    const { isOverdue, ...rest } = filter;
    const dueBefore = isOverdue ? { dueBefore: this.clock.today() } : {};
    return this.database.read((read) => this.registrations.list(read, { ...rest, ...dueBefore }, after, limit));
  }

  isOverdue({ dueOn }: BirthRegistrationRow): boolean {
    return isSilent(dueOn, this.clock.today());
  }

  parties(ids: readonly string[]): Promise<PartyRow[]> {
    return this.database.read((read) => this.registrations.parties(read, ids));
  }

  children(ids: readonly string[]): Promise<ChildRow[]> {
    return this.database.read((read) => this.registrations.children(read, ids));
  }

  actions(ids: readonly string[]): Promise<ActionRow[]> {
    return this.database.read((read) => this.registrations.actions(read, ids));
  }

  commitments(ids: readonly string[]): Promise<CommitmentRow[]> {
    return this.database.read((read) => this.registrations.commitments(read, ids));
  }

  questions(ids: readonly string[]): Promise<QuestionRow[]> {
    return this.database.read((read) => this.elsewhere.ofRegistrations(read, ids));
  }

  /** What the text of a place says today, for whoever fills in a form. */
  textOf(division: string): Promise<ServiceText> {
    return this.database.read((read) => this.texts.of(read, division));
  }

  /** Who looked at each of these, of those that the asker may see. */
  accesses(ids: readonly string[]): Promise<(Access & { subject: string })[]> {
    return this.database.read(async (read) => {
      const visible = (await this.registrations.byIds(read, ids)).map(({ id }) => id);
      const why = 'whoever may see something may know who looked at it, from wherever that was';
      return read.across(why, () => accessesTo(read, 'birth_registration', visible, ACCESSES_MAX));
    });
  }
}

function assertState(row: BirthRegistrationRow, needed: readonly BirthRegistrationState[]): void {
  if (!needed.includes(row.state)) throw refuse.wrongState(row.state, needed);
}
