import { currentContext, type Database, newId, type Tx } from '@app/database';
import { CLOCK, type Clock } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { FEES_DATABASE } from '../fees.tokens';
import { refuse } from './recovery.errors';
import { RecoveryLetterService } from './recovery-letter.service';
import { RecoveryRepository } from './recovery.repository';
import { faultOf, obstacleToNotice } from './recovery.rules';
import { RecoveryStepService, textOf } from './recovery-step.service';
import { RecoveryTermsService } from './recovery-terms.service';
import type { RecoveryCause } from './recovery.types';

const WORDS_MAX = 4000;

export interface FoundFacts {
  readonly cause: RecoveryCause;
  readonly isInGoodFaith: boolean;
  readonly goneFen: bigint;
  readonly finding: string;
  readonly documentNo: string;
}

/** Facts, notice and hearing: everything that comes before a decision. Whoever works here decides nothing. */
@Injectable()
export class RecoveryFactService {
  constructor(
    @Inject(FEES_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly cases: RecoveryRepository,
    private readonly steps: RecoveryStepService,
    private readonly terms: RecoveryTermsService,
    private readonly letters: RecoveryLetterService,
  ) {}

  begin(id: string): Promise<string> {
    return this.database.write(async (tx) => {
      await this.steps.take(tx, await this.steps.load(tx, id, 'begin'), 'begin');
      return id;
    });
  }

  /** What was found, with its evidence; may be found anew until the notice is written. */
  establish(id: string, found: FoundFacts): Promise<string> {
    const finding = textOf(found.finding, '查明的事实', 2000);
    const documentNo = textOf(found.documentNo, '证据文号', 200);
    return this.database.write(async (tx) => {
      const row = await this.steps.load(tx, id, 'establish');
      const fault = faultOf({ ...found, wrongFen: row.wrongFen });
      if (fault) throw refuse.factFault(fault);
      const { cause, isInGoodFaith, goneFen } = found;
      await this.steps.take(tx, row, 'establish', { cause, isInGoodFaith, goneFen, finding, documentNo });
      return id;
    });
  }

  /** The letter that tells what was found and lets the person speak; no period runs before it is served. */
  notice(id: string): Promise<string> {
    return this.database.write(async (tx) => {
      const row = await this.steps.load(tx, id, 'notice');
      const obstacle = obstacleToNotice(row, this.clock.today());
      if (obstacle) throw refuse.notYet(obstacle, null);
      const terms = await this.terms.of(tx, row.divisionCode, this.clock.today());
      await this.steps.take(tx, row, 'notice', { noticeLetterId: await this.letters.notice(tx, row, terms) });
      return id;
    });
  }

  /** What was said shows something else: facts are found anew, and another notice follows. */
  findAgain(id: string, why: string): Promise<string> {
    const note = textOf(why, '理由', 400);
    return this.database.write(async (tx) => {
      await this.steps.take(tx, await this.steps.load(tx, id, 'find-again'), 'find-again', {}, note);
      return id;
    });
  }

  /** What the person says in their own words; by their own hand, or written down by an officer. */
  say(id: string, words: string): Promise<string> {
    const said = textOf(words, '陈述申辩', WORDS_MAX);
    return this.database.write(async (tx) => {
      const row = await this.seen(tx, id);
      await this.steps.take(tx, row, 'say');
      const [at, saidOn] = [this.clock.now(), this.clock.today()];
      // Whoever acts without a division acts for themselves.
      const context = currentContext();
      const isOwnHand = context !== undefined && context.division === undefined;
      await this.cases.say(tx, { id: newId(at), caseId: id, words: said, isOwnHand, saidOn, at });
      return id;
    });
  }

  /** The person wants to be heard before anything is decided. */
  askHearing(id: string): Promise<string> {
    return this.database.write(async (tx) => {
      const row = await this.seen(tx, id);
      const isLate = row.statementEnds !== null && this.clock.today() > row.statementEnds;
      if (row.state === 'noticed' && (isLate || row.hearingAskedOn !== null))
        throw refuse.hearingNotInTime(row.statementEnds ?? this.clock.today());
      await this.steps.take(tx, row, 'ask-hearing');
      return id;
    });
  }

  /** The hearing was held, by somebody who did not find the facts; what was said there is the record. */
  hear(id: string, record: string, actor: string): Promise<string> {
    const note = textOf(record, '听证笔录', WORDS_MAX);
    return this.database.write(async (tx) => {
      const row = await this.steps.load(tx, id, 'hear');
      if (row.hearingAskedOn === null || row.hearingHeldOn !== null) throw refuse.noHearing();
      if (row.factsBy === actor) throw refuse.sameOfficer();
      await this.steps.take(tx, row, 'hear', {}, note);
      return id;
    });
  }

  /** Fraud is told to who prosecutes it; the case goes on as it would. */
  refer(id: string, to: string): Promise<string> {
    const referredTo = textOf(to, '移送机关', 200);
    return this.database.write(async (tx) => {
      const row = await this.steps.load(tx, id, 'refer');
      if (row.cause !== 'fraud') throw refuse.notReferable();
      await this.steps.take(tx, row, 'refer', { referredTo }, referredTo);
      return id;
    });
  }

  /** A person may see their case and add to it, but not lock its row; the event does. */
  private async seen(tx: Tx, id: string) {
    const row = await this.cases.seen(tx, id);
    if (!row) throw refuse.unknown(id);
    return row;
  }
}
