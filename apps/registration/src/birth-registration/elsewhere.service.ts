import { randomUUID } from 'node:crypto';
import { coordinationWanted } from '@app/contracts';
import type { Tx } from '@app/database';
import type { Outbox } from '@app/jobs';
import { CLOCK, type Clock, countyOf, type Day, type DivisionCode, findDivisionCode } from '@app/kernel';
import { workingDaysLater } from '@app/working-days';
import { Inject, Injectable } from '@nestjs/common';
import { REGISTRATION_OUTBOX } from '../registration.tokens';
import { reasonOf, refuse } from './birth-registration.errors';
import { BirthRegistrationRepository } from './birth-registration.repository';
import type { ServiceText } from './birth-registration.rules';
import type { BirthRegistrationRow, Outcome, QuestionRow } from './birth-registration.types';
import { ElsewhereRepository } from './elsewhere.repository';

/** 人口与计划生育法 art 14: origin and residence work together, the residence first. */
const LEGAL_BASIS = '人口与计划生育法第十四条';
const PURPOSE = 'birth-registration';
const FIELDS = ['is_registered', 'registered_on', 'office'];

/** Asking another place whether a birth is registered there. The question travels as a matter of co-ordination. */
@Injectable()
export class ElsewhereService {
  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(REGISTRATION_OUTBOX) private readonly outbox: Outbox,
    private readonly registrations: BirthRegistrationRepository,
    private readonly questions: ElsewhereRepository,
  ) {}

  /** Where to ask before accepting: what the parents name, or, where the text asks first, another province of theirs. */
  async placeToAsk(tx: Tx, row: BirthRegistrationRow, text: ServiceText): Promise<string | undefined> {
    const isElsewhere = (code: string | null): code is string =>
      code !== null && code.slice(0, 2) !== row.divisionCode.slice(0, 2);
    if ((await this.questions.ofRegistrations(tx, [row.id])).some(({ outcome }) => outcome !== null)) return undefined;
    if (isElsewhere(row.declaredCode)) return row.declaredCode;
    if (text.value('ask-elsewhere-first') !== 'yes') return undefined;
    const parties = await this.registrations.parties(tx, [row.id]);
    const place = parties.flatMap(({ hukouCode, residenceCode }) => [hukouCode, residenceCode]).find(isElsewhere);
    return place && countyOf(place as DivisionCode);
  }

  /** Puts the question and returns the day by which an answer is due. */
  async ask(tx: Tx, row: BirthRegistrationRow, division: string, text: ServiceText): Promise<Day> {
    const askedCode = findDivisionCode(division.trim());
    if (!askedCode) throw refuse.divisionUnusable(division);
    if (askedCode.slice(0, 2) === row.divisionCode.slice(0, 2)) throw refuse.samePlace();
    const parties = await this.registrations.parties(tx, [row.id]);
    const subject = parties.find(({ role }) => role === 'mother') ?? parties[0]!;
    const [today, days] = [this.clock.today(), text.number('elsewhere-working-days')];
    // Silence must end some day also where that year's calendar is not published yet.
    const dueOn = workingDaysLater(today, days, 'count-weekdays');
    const id = randomUUID();
    await this.questions.insert(tx, {
      id,
      registrationId: row.id,
      partyId: subject.id,
      askedCode,
      purpose: PURPOSE,
      legalBasis: LEGAL_BASIS,
      fieldsWanted: FIELDS,
      askedAt: this.clock.now(),
      dueOn,
    });
    await this.outbox.plan(tx, coordinationWanted, [{ app: 'registration', matter: id }]);
    return dueOn;
  }

  /** After silence a real answer may still come; a real answer is the last word. */
  async answer(
    tx: Tx,
    questionId: string,
    { outcome, office, note }: { outcome: Outcome; office: string | null; note: string | null },
  ): Promise<void> {
    const question = await this.questions.find(tx, questionId);
    if (!question) throw refuse.questionUnknown(questionId);
    if (question.outcome !== null && (question.outcome !== 'no_reply' || outcome === 'no_reply')) {
      throw refuse.questionAnswered(question.outcome);
    }
    if (outcome === 'confirmed' && !office?.trim()) throw refuse.officeMissing();
    const isPast = question.dueOn !== null && this.clock.today() > question.dueOn;
    if (outcome === 'no_reply' && !isPast) throw refuse.tooEarlyForSilence(question.dueOn);
    await this.questions.insertAnswer(tx, questionId, {
      outcome,
      office: office?.trim() ? reasonOf(office) : null,
      note: note?.trim() ? reasonOf(note) : null,
      at: this.clock.now(),
    });
  }

  find(tx: Tx, id: string): Promise<QuestionRow | undefined> {
    return this.questions.find(tx, id);
  }

  ofRegistrations(tx: Tx, ids: readonly string[]): Promise<QuestionRow[]> {
    return this.questions.ofRegistrations(tx, ids);
  }
}
