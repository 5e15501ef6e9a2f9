import { randomUUID } from 'node:crypto';
import { REGISTRY_PURPOSES, registryAnswered, type RegistryOutcome } from '@app/contracts';
import { type Database, inContext, systemContext, type Tx } from '@app/database';
import { failpoint, type Outbox } from '@app/jobs';
import { CLOCK, type Clock } from '@app/kernel';
import { Vault } from '@app/vault';
import { Inject, Injectable } from '@nestjs/common';
import { EXCHANGE_DATABASE, EXCHANGE_OUTBOX } from '../exchange.tokens';
import { type QueryReply, RegistryFailure, type VerifyReply } from '../household-registry/household-registry.types';
import { LineService } from '../household-registry/line.service';
import { NotAsked } from '../household-registry/line.types';
import { NominationService } from '../nomination/nomination.service';
import type { Clerk } from '../nomination/nomination.types';
import { sealOf } from '../nomination/sealed-columns.types';
import { ParameterService } from '../parameter/parameter.service';
import type { RegistryTerms } from '../parameter/parameter.types';
import { isOpen, nextOpening } from '../parameter/working-time.rules';
import { RegistryEventService } from '../registry-event/registry-event.service';
import { SetAsideService } from '../set-aside/set-aside.service';
import { type Asked, type Fault, faultOfQuery, faultOfVerify } from './echo.rules';
import { askQuestion } from './question.jobs';
import { QuestionRepository } from './question.repository';
import { nextTry } from './question.rules';
import type { AnswerContent, Asker, OpenQuestion } from './question.types';

/** Beyond the deadline of a question: a process that died while asking holds it up no longer than this. */
const LEASE_MARGIN = 60_000;
const HOUR = 3_600_000;
/** Questions that one ring sends on their way; what is left follows with the next. */
const RING_MAX = 500;

/** What is to be asked, once it is certain that it may be. */
interface Prepared {
  readonly question: OpenQuestion;
  readonly asked: Asked;
  readonly clerk: Clerk;
  readonly terms: RegistryTerms;
}

type Reply =
  { readonly kind: 'verify'; readonly reply: VerifyReply } | { readonly kind: 'query'; readonly reply: QueryReply };

/**
 * Asks the household registry. Whatever goes wrong, a question then waits and is asked again until its deadline: no answer
 * is an answer of its own, and never taken for a yes or a no.
 */
@Injectable()
export class AskingService {
  constructor(
    @Inject(EXCHANGE_DATABASE) private readonly database: Database,
    @Inject(EXCHANGE_OUTBOX) private readonly outbox: Outbox,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly vault: Vault,
    private readonly line: LineService,
    private readonly parameters: ParameterService,
    private readonly nominations: NominationService,
    private readonly setAside: SetAsideService,
    private readonly events: RegistryEventService,
    private readonly questions: QuestionRepository,
  ) {}

  /** Asks one question if it is due, and keeps what came of it. Asked in the system's name: who it is for stands in the question. */
  ask(id: string): Promise<void> {
    return inContext(systemContext('registry question', { actor: 'system:exchange' }), async () => {
      const prepared = await this.database.write((tx) => this.prepare(tx, id));
      if (!prepared) return;
      failpoint('question.claimed');
      const began = this.clock.now();
      const came = await this.askRegistry(prepared).catch((error: unknown) => error);
      const milliseconds = Math.max(0, this.clock.now().getTime() - began.getTime());
      failpoint('question.asked');
      await this.database.write((tx) => this.conclude(tx, prepared, came, began, milliseconds));
    });
  }

  /** Sends every question that is due on its way, and ends those whose deadline has passed. */
  async ring(): Promise<void> {
    const now = this.clock.now();
    await this.database.write(async (tx) => {
      for (const { id, asker, reference } of await this.questions.overdue(tx, this.clock.today(), RING_MAX)) {
        await this.questions.settle(tx, id, 'no-reply', now);
        await this.tell(tx, asker, id, reference);
      }
    });
    await this.database.write(async (tx) => {
      const due = await this.questions.due(tx, now, RING_MAX);
      await this.outbox.plan(tx, askQuestion, due);
    });
  }

  /** Takes the question, and sees whether it may be asked now; if not, it is settled or waits. */
  private async prepare(tx: Tx, id: string): Promise<Prepared | undefined> {
    const found = await this.questions.find(tx, id);
    if (!found || found.outcome !== 'waiting') return undefined;
    const [now, today] = [this.clock.now(), this.clock.today()];
    const terms = await this.parameters.registryTerms(tx, found.divisionCode, today);
    const until = new Date(now.getTime() + terms.deadlineMilliseconds + LEASE_MARGIN);
    const question = await this.questions.claim(tx, id, now, until);
    if (!question) return undefined;

    const fresh = await this.findFresh(tx, question, terms);
    if (fresh) {
      await this.note(tx, question, null, now, 0, 'answered-before');
      await this.settle(tx, question, fresh.outcome, fresh.answerId);
      return undefined;
    }
    const hours = this.parameters.hours(terms);
    if (!isOpen(now, hours)) {
      await this.questions.postpone(tx, id, nextOpening(now, hours));
      return undefined;
    }
    const clerk = await this.nominations.find(tx, question.officer, question.divisionCode, today);
    if (!clerk) {
      await this.note(tx, question, null, now, 0, 'nobody-nominated');
      await this.questions.postpone(tx, id, nextOpening(new Date(now.getTime() + HOUR), hours));
      return undefined;
    }
    if (!(await this.questions.useQuota(tx, clerk.unit.code, today, terms.dailyQuota))) {
      const tomorrow = new Date(`${today}T23:59:59.999+08:00`);
      await this.note(tx, question, clerk, now, 0, 'quota-spent');
      await this.questions.postpone(tx, id, nextOpening(tomorrow, hours));
      return undefined;
    }
    const asked = { requestId: id, idNumber: this.open(question, 'number'), name: this.open(question, 'name') };
    return { question, asked, clerk, terms };
  }

  /** What was answered before, unless the registry has told of a change of that person since. */
  private async findFresh(tx: Tx, question: OpenQuestion, { freshnessDays }: RegistryTerms) {
    if (freshnessDays === 0) return undefined;
    const since = new Date(this.clock.now().getTime() - freshnessDays * 24 * HOUR);
    const found = await this.questions.findFresh(tx, question, since);
    return found && !(await this.events.hasChanged(tx, question.personKey, found.at)) ? found : undefined;
  }

  private askRegistry({ question, asked, clerk, terms }: Prepared): Promise<Reply> {
    const { idNumber, name, requestId } = asked;
    const about = {
      requestId,
      clerk: clerk.clerk,
      unit: clerk.unit,
      purpose: REGISTRY_PURPOSES[question.purpose].code,
      legalBasis: question.legalBasis,
    };
    return this.line.ask(terms, async (registry, signal): Promise<Reply> =>
      question.kind === 'verify'
        ? { kind: 'verify', reply: await registry.verify(about, { idNumber, name }, signal) }
        : { kind: 'query', reply: await registry.query(about, { idNumber, name }, signal) },
    );
  }

  /** @param came The reply, or what was thrown instead. */
  private async conclude(tx: Tx, prepared: Prepared, came: unknown, at: Date, milliseconds: number): Promise<void> {
    const { question, clerk, terms } = prepared;
    if (came instanceof NotAsked || (came instanceof RegistryFailure && came.kind !== 'wrong-person')) {
      const [outcome, retryAfter] = came instanceof NotAsked ? [came.reason] : [came.kind, came.retryAfter];
      await this.note(tx, question, clerk, at, milliseconds, outcome);
      const next = nextTry(this.clock.now(), question.tries, this.parameters.hours(terms), retryAfter);
      return this.questions.postpone(tx, question.id, next);
    }
    if (came instanceof RegistryFailure) return this.putAside(tx, prepared, 'wrong-person', {}, at, milliseconds);
    if (came instanceof Error) throw came;

    const answered = came as Reply;
    const fault = await this.faultOf(tx, prepared, answered);
    if (fault) return this.putAside(tx, prepared, fault, answered.reply, at, milliseconds);
    const outcome = outcomeOf(answered);
    await this.note(tx, question, clerk, at, milliseconds, outcome);
    const answerId = await this.keep(tx, question.id, answered);
    await this.settle(tx, question, outcome, answerId);
  }

  private async faultOf(tx: Tx, { asked, terms }: Prepared, answered: Reply): Promise<Fault | undefined> {
    if (answered.kind === 'verify') return faultOfVerify(asked, answered.reply);
    const { records } = answered.reply;
    const known = await this.events.knownStates(tx, records);
    const fault = faultOfQuery(asked, answered.reply, {
      knownAt: (id) => known.get(id),
      latest: new Date(this.clock.now().getTime() + terms.clockMinutes * 60_000),
    });
    if (!fault) await this.events.noteStates(tx, records);
    return fault;
  }

  private async keep(tx: Tx, questionId: string, answered: Reply): Promise<string> {
    const id = randomUUID();
    const content: AnswerContent =
      answered.kind === 'verify'
        ? { isDeathMarked: answered.reply.isDeathMarked, records: [] }
        : { isDeathMarked: null, records: answered.reply.records };
    const place = { table: sealOf('answer'), column: 'content_sealed', row: id };
    const sealed = this.vault.seal(JSON.stringify(content), place);
    await this.questions.keepAnswer(tx, id, questionId, sealed, this.clock.now());
    return id;
  }

  private async putAside(
    tx: Tx,
    { question, clerk }: Prepared,
    reason: Fault,
    content: object,
    at: Date,
    milliseconds: number,
  ): Promise<void> {
    const about = { questionId: question.id, divisionCode: question.divisionCode, reason };
    await this.setAside.keep(tx, about, content);
    await this.note(tx, question, clerk, at, milliseconds, reason);
    await this.settle(tx, question, 'set-aside');
  }

  private note(
    tx: Tx,
    { id: questionId }: OpenQuestion,
    clerk: Clerk | null,
    at: Date,
    milliseconds: number,
    outcome: string,
  ): Promise<void> {
    const nominationId = clerk?.nominationId ?? null;
    return this.questions.noteAttempt(tx, { questionId, nominationId, at, milliseconds, outcome });
  }

  private async settle(
    tx: Tx,
    { id, asker, reference }: OpenQuestion,
    outcome: RegistryOutcome,
    answerId: string | null = null,
  ): Promise<void> {
    tx.concern('registry_question', [id]);
    if (await this.questions.settle(tx, id, outcome, this.clock.now(), answerId))
      await this.tell(tx, asker, id, reference);
  }

  /** An officer looks for themselves; an app is told. */
  private async tell(tx: Tx, asker: Asker, question: string, reference: string): Promise<void> {
    if (asker !== 'officer') await this.outbox.plan(tx, registryAnswered[asker], [{ question, reference }]);
  }

  private open(question: OpenQuestion, what: 'number' | 'name'): string {
    const place = { table: sealOf('question'), column: `${what}_sealed`, row: question.id };
    return this.vault.open(what === 'number' ? question.numberSealed : question.nameSealed, place);
  }
}

function outcomeOf(answered: Reply): RegistryOutcome {
  if (answered.kind === 'verify') return answered.reply.result;
  return answered.reply.records.length === 0 ? 'not-found' : 'found';
}
