import { randomUUID } from 'node:crypto';
import { askedDivision, type Caller } from '@app/access';
import type { RegistryPurpose } from '@app/contracts';
import type { Database, Tx } from '@app/database';
import { CLOCK, type Clock } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { EXCHANGE_DATABASE } from '../exchange.tokens';
import { NominationService } from '../nomination/nomination.service';
import { AskingService } from './asking.service';
import { refuse } from './question.errors';
import { QuestionRepository } from './question.repository';
import { QuestionService } from './question.service';
import type { NewQuestion, Verified } from './question.types';

/** Misses of one officer for one region and birth date in a day. A number has 1,000 neighbours there; five say little. */
const MISSES_MAX = 5;
/** Misses of everybody together for one region and birth date in a day. */
const PLACE_MISSES_MAX = 20;
/** Different people that one officer may ask about in a day. */
const PERSONS_MAX = 200;
const DAY_MILLISECONDS = 24 * 3_600_000;

export interface VerifyInput {
  readonly name: string;
  readonly idNumber: string;
  readonly purpose: RegistryPurpose;
  readonly legalBasis: string;
  readonly division?: string | null;
}

/** An officer at a counter asks whether a name and a number belong together; asked at once, and again later where that fails. */
@Injectable()
export class VerifyingService {
  constructor(
    @Inject(EXCHANGE_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly nominations: NominationService,
    private readonly questions: QuestionRepository,
    private readonly service: QuestionService,
    private readonly asking: AskingService,
  ) {}

  async verify(caller: Caller, input: VerifyInput): Promise<Verified> {
    const id = randomUUID();
    const question: NewQuestion = {
      ...input,
      id,
      reference: id,
      asker: 'officer',
      kind: 'verify',
      divisionCode: askedDivision(caller, input.division),
      officer: caller.id,
      legalBasis: input.legalBasis.trim(),
    };
    await this.database.write(async (tx) => {
      const { number } = this.service.read(question);
      await this.nominations.assertNominated(tx, caller.id, question.divisionCode, this.clock.today());
      await this.assertNotTryingOut(tx, caller.id, number);
      await this.service.take(tx, question);
      tx.concern('registry_question', [id]);
    });
    await this.asking.ask(id);
    return this.database.read(async (read) => {
      const [kept] = await this.questions.byIds(read, [id]);
      const { content } = await this.service.contentOf(read, kept!);
      return { question: kept!, outcome: kept!.outcome, isDeathMarked: content.isDeathMarked };
    });
  }

  /** Known numbers match at the first try, guessed ones miss a thousand times. */
  private async assertNotTryingOut(tx: Tx, officer: string, number: string): Promise<void> {
    await this.questions.lock(tx, officer);
    const since = new Date(this.clock.now().getTime() - DAY_MILLISECONDS);
    const place = this.service.placeKey(number);
    if ((await this.questions.countMisses(tx, officer, place, since)) >= MISSES_MAX) throw refuse.locked();
    const all = await tx.across('misses are counted over all who ask', () =>
      this.questions.countMisses(tx, null, place, since),
    );
    if (all >= PLACE_MISSES_MAX) throw refuse.locked();
    if ((await this.questions.countPersons(tx, officer, since)) >= PERSONS_MAX) throw refuse.spent(PERSONS_MAX);
  }
}
