import { randomUUID } from 'node:crypto';
import {
  REGISTRY_PURPOSES,
  type RegistryAnswer,
  type RegistryAsker,
  type RegistryOutcome,
  type RegistryQuestionAsked,
  type RegistryQuestions,
} from '@app/contracts';
import { type Database, inContext, type Read, systemContext, type Tx } from '@app/database';
import type { Outbox } from '@app/jobs';
import { type CitizenId, CLOCK, type Clock, findDivisionCode, maskIdNumber, parseCitizenId } from '@app/kernel';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { EXCHANGE_DATABASE, EXCHANGE_OUTBOX } from '../exchange.tokens';
import { sealOf } from '../nomination/sealed-columns.types';
import { ParameterService } from '../parameter/parameter.service';
import { foldName } from '../household-registry/registry-echo.rules';
import { refuse } from './question.errors';
import { askQuestion } from './question.jobs';
import { QuestionRepository, type Subject } from './question.repository';
import { maskName } from './question.rules';
import type { AnswerContent, AttemptRow, NewQuestion, QuestionFilter, QuestionRow } from './question.types';

/** Region and birth date: what a number begins with, and what is easily known of a person. */
const PLACE_DIGITS = 14;
const NAME_MAX = 100;

/** Takes questions in and gives answers out. Asking itself happens between the two, in the background. */
@Injectable()
export class QuestionService implements RegistryQuestions {
  constructor(
    @Inject(EXCHANGE_DATABASE) private readonly database: Database,
    @Inject(EXCHANGE_OUTBOX) private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly parameters: ParameterService,
    private readonly questions: QuestionRepository,
  ) {}

  /** Of another app, in its own name whoever works there: which officer it is for stands in the question. */
  ask(asked: RegistryQuestionAsked): Promise<{ question: string; outcome: RegistryOutcome }> {
    return this.as(asked.asker, () =>
      this.database.write(async (tx) => {
        const { id, outcome } = await this.take(tx, {
          ...asked,
          id: randomUUID(),
          idNumber: asked.person.idNumber,
          name: asked.person.name,
        });
        tx.concern('registry_question', [id]);
        if (outcome === 'waiting') await this.outbox.plan(tx, askQuestion, [{ id }]);
        return { question: id, outcome };
      }),
    );
  }

  answer(asker: RegistryAsker, question: string): Promise<RegistryAnswer | null> {
    return this.as(asker, () =>
      this.database.read(async (read) => {
        const [found] = await this.questions.byIds(read, [question]);
        if (!found || found.asker !== asker) return null;
        const { content, at } = await this.contentOf(read, found);
        return {
          question,
          reference: found.reference,
          outcome: found.outcome,
          isDeathMarked: content.isDeathMarked,
          records: content.records,
          answeredAt: at?.toISOString() ?? null,
        };
      }),
    );
  }

  /**
   * Notes a question that is to be asked at once, sealed. The same reference again is the same question; with another
   * person, kind or purpose it is refused. Refuses with QUESTION_… what cannot be asked at all.
   */
  async take(tx: Tx, asked: NewQuestion): Promise<QuestionRow> {
    const number = this.read(asked);
    const [now, today] = [this.clock.now(), this.clock.today()];
    const terms = await this.parameters.registryTerms(tx, asked.divisionCode, today);
    const subject = this.subjectOf(asked, number);
    const due = this.parameters.workingDaysLater(today, terms.answerWorkingDays);
    const isNew = await this.questions.insert(tx, asked, subject, now, due, now);
    const kept = (await this.questions.findByReference(tx, asked.asker, asked.reference))!;
    const isSame =
      kept.subjectKey.equals(subject.subjectKey) && kept.kind === asked.kind && kept.purpose === asked.purpose;
    if (!isNew && !isSame) throw refuse.referenceTaken(asked.reference);
    return kept;
  }

  /** How the person of a number and name is found again, shown and sealed. */
  subjectOf({ id, name }: Pick<NewQuestion, 'id' | 'name'>, { number }: CitizenId): Subject {
    const seal = (text: string, column: string) =>
      this.vault.seal(text, { table: sealOf('question'), column, row: id });
    return {
      subjectKey: this.vault.blindIndex('row', `registry subject|${number}|${foldName(name)}`),
      personKey: this.vault.blindIndex('id-number', number),
      placeKey: this.placeKey(number),
      personMask: `${maskName(name)} ${maskIdNumber(number)}`,
      numberSealed: seal(number, 'number_sealed'),
      nameSealed: seal(name, 'name_sealed'),
    };
  }

  placeKey(number: string): Buffer {
    return this.vault.blindIndex('lookup-place', number.slice(0, PLACE_DIGITS));
  }

  /** The number; refuses what no registry could answer. */
  read({ idNumber, name, purpose, legalBasis, divisionCode }: NewQuestion): CitizenId {
    const number = parseCitizenId(idNumber);
    if (typeof number === 'string') throw refuse.numberUnreadable();
    if (foldName(name) === '' || [...name].length > NAME_MAX) throw refuse.nameMissing();
    if (!Object.hasOwn(REGISTRY_PURPOSES, purpose))
      throw refuse.purposeUnknown(purpose, Object.keys(REGISTRY_PURPOSES));
    if ([...legalBasis].length < 2 || [...legalBasis].length > 200) throw refuse.basisMissing();
    if (!findDivisionCode(divisionCode)) throw refuse.divisionUnreadable(divisionCode);
    return number;
  }

  /** What was answered; nothing while the question waits, or where no answer may be used. */
  async contentOf(read: Read, { answerId }: QuestionRow): Promise<{ content: AnswerContent; at: Date | null }> {
    const kept = answerId === null ? undefined : await this.questions.readAnswer(read, answerId);
    if (!kept) return { content: { isDeathMarked: null, records: [] }, at: null };
    const place = { table: sealOf('answer'), column: 'content_sealed', row: answerId! };
    return { content: JSON.parse(this.vault.open(kept.sealed, place)) as AnswerContent, at: kept.at };
  }

  list(filter: QuestionFilter, after: readonly string[] | undefined, limit: number): Promise<QuestionRow[]> {
    return this.database.read((read) => this.questions.list(read, filter, after, limit));
  }

  count(filter: QuestionFilter): Promise<number> {
    return this.database.read((read) => this.questions.count(read, filter));
  }

  byIds(ids: readonly string[]): Promise<QuestionRow[]> {
    return this.database.read((read) => this.questions.byIds(read, ids));
  }

  attempts(ids: readonly string[]): Promise<AttemptRow[]> {
    return this.database.read((read) => this.questions.attempts(read, ids));
  }

  backlog(read: Read, prefix: string): Promise<{ waiting: number; since: Date | null }> {
    return this.questions.backlog(read, prefix);
  }

  quotaUsed(read: Read, unitCode: string): Promise<number> {
    return this.questions.quotaUsed(read, unitCode, this.clock.today());
  }

  private as<T>(asker: RegistryAsker, work: () => Promise<T>): Promise<T> {
    return inContext(systemContext('registry question', { actor: `system:${asker}` }), work);
  }
}
