import { randomUUID } from 'node:crypto';
import {
  type Enrolment,
  type EnrolmentAnswer,
  enrolmentAnswered,
  type EnrolmentAsked,
  type EnrolmentQuestions,
} from '@app/contracts';
import { type Database, inContext, systemContext, type Tx } from '@app/database';
import type { Outbox } from '@app/jobs';
import { CLOCK, type Clock, type Day } from '@app/kernel';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { EXCHANGE_DATABASE, EXCHANGE_OUTBOX } from '../exchange.tokens';
import { sealOf } from '../nomination/sealed-columns.types';
import { ParameterService } from '../parameter/parameter.service';
import { type Peers, PEERS } from '../peer/peer.types';
import { refuse } from './enrolment.errors';
import { askEnrolments } from './enrolment.jobs';
import { EnrolmentRepository } from './enrolment.repository';

const DAY_MILLISECONDS = 24 * 3_600_000;
/** Questions that one ring ends; what is left follows with the next. */
const RING_MAX = 1_000;
/** Many bells in a row are one look. */
const BELL = [{ feed: 'enrolments' }];

/** Takes questions whether somebody is paid elsewhere, and gives the answers out. Asking itself happens in the background. */
@Injectable()
export class EnrolmentService implements EnrolmentQuestions {
  constructor(
    @Inject(EXCHANGE_DATABASE) private readonly database: Database,
    @Inject(EXCHANGE_OUTBOX) private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(PEERS) private readonly peers: Peers,
    private readonly vault: Vault,
    private readonly parameters: ParameterService,
    private readonly enrolments: EnrolmentRepository,
  ) {}

  /** Where there is nobody to ask, nobody pays. */
  async ask(questions: readonly EnrolmentAsked[]): Promise<void> {
    if (questions.length === 0) return;
    const peers = [...this.peers.others.keys()];
    await this.work('system:subsidy', () =>
      this.database.write(async (tx) => {
        const [other] = await this.enrolments.otherContent(tx, questions);
        if (other) throw refuse.referenceTaken(other.reference);
        const dueOn = await this.dueDays(tx, questions);
        const rows = questions.map((one) => ({ ...one, id: randomUUID(), dueOn: dueOn(one.divisionCode) }));
        const now = this.clock.now();
        const kept = await this.enrolments.insert(tx, rows, peers.length > 0 ? 'waiting' : 'nowhere', now);
        const asks = kept.flatMap(({ id: questionId }) =>
          peers.map((peer) => ({ id: randomUUID(), questionId, peer })),
        );
        await this.enrolments.insertAsks(tx, asks, now);
        tx.concern(
          'enrolment_question',
          kept.map(({ id }) => id),
        );
        if (kept.length === 0) return;
        await this.outbox.plan(
          tx,
          askEnrolments,
          peers.map((peer) => ({ peer })),
        );
        if (peers.length === 0) await this.tell(tx);
      }),
    );
  }

  answers(references: readonly string[]): Promise<readonly EnrolmentAnswer[]> {
    return this.work('system:subsidy', () =>
      this.database.read(async (read) => {
        const questions = await this.enrolments.byReferences(read, references);
        const yeses = await this.enrolments.yeses(
          read,
          questions.map(({ id }) => id),
        );
        return questions.map(({ id, reference, outcome }) => ({
          reference,
          outcome,
          enrolments: yeses
            .filter(({ questionId }) => questionId === id)
            .flatMap(({ id: row, peer, sealed }) =>
              (JSON.parse(this.vault.open(sealed, placeOf(row))) as Enrolment[]).map((one) => ({ ...one, peer })),
            ),
        }));
      }),
    );
  }

  hasPeers(): Promise<boolean> {
    return Promise.resolve(this.peers.others.size > 0);
  }

  /** Every minute: those beyond their deadline end without a reply, those that are due are asked, old ones are forgotten. */
  ring(): Promise<void> {
    return inContext(systemContext('enrolment bell', { isPlumbing: true }), async () => {
      const [now, today] = [this.clock.now(), this.clock.today()];
      await this.database.write(async (tx) => {
        const overdue = (await this.enrolments.overdue(tx, today, RING_MAX)).map(({ id }) => id);
        if (overdue.length === 0) return;
        await this.enrolments.lock(tx, overdue);
        await this.enrolments.end(tx, overdue, now);
        await this.tell(tx);
      });
      await this.database.write(async (tx) => {
        const { keepDays, logDays } = await this.parameters.enrolmentTerms(tx, '', today);
        // A day more than was agreed: the database, which lets nothing younger go, has a clock of its own.
        const before = (days: number) => new Date(now.getTime() - (days + 1) * DAY_MILLISECONDS);
        await this.enrolments.forget(tx, before(keepDays), before(logDays));
        await this.outbox.plan(tx, askEnrolments, await this.enrolments.peersWithDue(tx, now));
      });
    });
  }

  /** By installation: questions to it that wait, and since when; people it asked us about today. */
  async counts(): Promise<ReadonlyMap<string, { waiting: number; since: Date | null; asked: number }>> {
    const today = this.clock.today();
    const rows = await this.database.read((read) => this.enrolments.counts(read, today));
    return new Map(rows.map((row) => [row.peer, row]));
  }

  private tell(tx: Tx): Promise<void> {
    return this.outbox.plan(tx, enrolmentAnswered, BELL);
  }

  /** The last day of asking, by division; the first day is not counted. */
  private async dueDays(tx: Tx, questions: readonly EnrolmentAsked[]): Promise<(division: string) => Day> {
    const today = this.clock.today();
    const days = new Map<string, Day>();
    for (const division of new Set(questions.map(({ divisionCode }) => divisionCode))) {
      const { answerWorkingDays } = await this.parameters.enrolmentTerms(tx, division, today);
      days.set(division, this.parameters.workingDaysLater(today, answerWorkingDays));
    }
    return (division) => days.get(division)!;
  }

  private work<T>(actor: string, work: () => Promise<T>): Promise<T> {
    return inContext(systemContext('enrolment question', { actor, purpose: 'exchange' }), work);
  }
}

const placeOf = (row: string) => ({ table: sealOf('enrolment_ask'), column: 'content_sealed', row });
