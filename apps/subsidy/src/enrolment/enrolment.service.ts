import { ENROLMENT_QUESTIONS, type EnrolmentQuestions } from '@app/contracts';
import { type Database, inContext, systemContext } from '@app/database';
import { failpoint, type Outbox } from '@app/jobs';
import { addDays, addMonths, CLOCK, type Clock } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { PortabilityTextService } from '../portability/portability-text.service';
import { SUBSIDY_DATABASE, SUBSIDY_OUTBOX } from '../subsidy.tokens';
import { askEnrolments } from './enrolment.jobs';
import { EnrolmentRepository } from './enrolment.repository';
import type { Answer } from './enrolment.types';

const PAGE = 500;
const MADE_MAX = 5_000;
/** The widest region: the days between two looks are the installation's, not a place's. */
const ANYWHERE = { county: '', isElsewhere: false };

/**
 * Never two payments by two installations: others are asked before the first one, and again after. Who is paid elsewhere is held
 * for a person; who is not, and whoever nobody speaks of in time, is paid.
 */
@Injectable()
export class EnrolmentService {
  constructor(
    @Inject(SUBSIDY_DATABASE) private readonly database: Database,
    @Inject(SUBSIDY_OUTBOX) private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly enrolments: EnrolmentRepository,
    private readonly texts: PortabilityTextService,
    @Inject(ENROLMENT_QUESTIONS) private readonly questions: EnrolmentQuestions,
  ) {}

  /** Plans the bell. */
  async ring(): Promise<void> {
    await inContext(systemContext('enrolment', { isPlumbing: true }), () =>
      this.database.write((tx) => this.outbox.plan(tx, askEnrolments, [{ bell: 'minute' }])),
    );
  }

  /** Makes the questions that are due, hands them over, and reads what was answered. Repeatable at any line. */
  async look(): Promise<void> {
    const hasPeers = await this.questions.hasPeers();
    const text = await this.texts.of('*', this.clock.today());
    const today = this.clock.today();
    const due = {
      before: addMonths(today, -Number(text.value('cross-check-months', ANYWHERE))),
      silent: addDays(today, -Number(text.value('cross-check-after-silence-days', ANYWHERE))),
    };
    await this.database.write(async (tx) => {
      const at = this.clock.now();
      await this.enrolments.notePeers(tx, hasPeers, at);
      if (!hasPeers) return;
      await this.enrolments.makeFirst(tx, at, MADE_MAX);
      await this.enrolments.makeLater(tx, due, at, MADE_MAX);
    });
    if (!hasPeers) return;
    await this.handOver(this.questions);
    await this.readAnswers();
  }

  async readAnswers(): Promise<void> {
    for (let after: string | null = null, found = PAGE; found === PAGE;) {
      const ids: string[] = await this.database.read((read) => this.enrolments.toRead(read, after, PAGE));
      [found, after] = [ids.length, ids.at(-1) ?? null];
      if (ids.length === 0) return;
      const answers = (await this.questions.answers(ids)).flatMap(({ reference, outcome, enrolments }): Answer[] =>
        outcome === 'waiting' ? [] : [{ id: reference, outcome, enrolments }],
      );
      if (answers.length > 0) await this.take(answers);
    }
  }

  /** Asked again under the same reference it is the same question: a hand-over that was not noted is repeated. */
  private async handOver(questions: EnrolmentQuestions): Promise<void> {
    for (let handed = PAGE; handed === PAGE;) {
      const asked = await this.database.read(async (read) =>
        read.disclose('enrolment_question', await this.enrolments.toAsk(read, PAGE)),
      );
      handed = asked.length;
      if (handed === 0) return;
      await questions.ask(
        asked.map(({ id, personId, programme, from, until, county }) => ({
          reference: id,
          personId,
          programme,
          from,
          until,
          divisionCode: county,
          legalBasis: '育儿补贴制度管理规范第十一条、第二十条；政务数据共享条例第二十二条',
        })),
      );
      failpoint('enrolment.handed');
      const ids = asked.map(({ id }) => id);
      await this.database.write((tx) => this.enrolments.markAsked(tx, ids, this.clock.now()));
    }
  }

  private take(answers: readonly Answer[]): Promise<void> {
    return this.database.write(async (tx) => {
      const at = this.clock.now();
      const news = await this.enrolments.save(tx, answers, at);
      await this.enrolments.askAPerson(tx, news, at);
      tx.concern('enrolment_question', news);
    });
  }
}
