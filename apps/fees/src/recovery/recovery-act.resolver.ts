import { Requires } from '@app/access';
import { assertCovers } from '@app/access';
import type { OverpaymentGround } from '@app/contracts';
import { type GraphContext, Mutation, Resolver } from '@app/graphql';
import type { Day, DivisionCode } from '@app/kernel';
import { RecoveryDecisionService } from './recovery-decision.service';
import { RecoveryFactService } from './recovery-fact.service';
import { RecoveryOpeningService } from './recovery-opening.service';
import { RecoveryService } from './recovery.service';
import type { Waiver } from './recovery-terms.service';
import type { RecoveryCause, RecoveryRow } from './recovery.types';

interface OfCase {
  readonly id: string;
}
type WithReason = OfCase & { readonly why: string };

interface Stated {
  readonly ground: string;
  readonly programme: string;
  readonly divisionCode: string;
  readonly payeeName: string;
  readonly payeeNumber?: string | null;
  readonly from: Day;
  readonly until: Day;
  readonly lines: readonly {
    readonly paymentRef: string;
    readonly paidOn: Day;
    readonly paid: bigint;
    readonly wrong: bigint;
  }[];
  readonly shares: readonly { readonly level: string; readonly year: number; readonly amount: bigint }[];
  readonly documentNo: string;
  readonly facts: string;
}

interface Found {
  readonly cause: string;
  readonly isInGoodFaith: boolean;
  readonly gone: bigint;
  readonly finding: string;
  readonly documentNo: string;
}

const word = <T extends string>(name: string): T => name.replaceAll('_', '-').toLowerCase() as T;

/** Recovery cases in the graph: the steps. */
@Resolver('RecoveryNext')
export class RecoveryActResolver {
  constructor(
    private readonly service: RecoveryService,
    private readonly opening: RecoveryOpeningService,
    private readonly facts: RecoveryFactService,
    private readonly decisions: RecoveryDecisionService,
  ) {}

  @Mutation()
  @Requires('recovery.open')
  proposeRecovery({ input }: { input: Stated }, context: GraphContext): Promise<RecoveryRow> {
    assertCovers(context.getCaller(), input.divisionCode as DivisionCode);
    const { ground, lines, shares, payeeNumber, ...rest } = input;
    const stated = {
      ...rest,
      ground: word<OverpaymentGround>(ground),
      payeeNumber: payeeNumber?.trim() || null,
      lines: lines.map(({ paid: paidFen, wrong: wrongFen, ...line }) => ({ ...line, paidFen, wrongFen })),
      shares: shares.map(({ amount: fen, ...share }) => ({ ...share, fen })),
    };
    return this.shown(this.opening.propose(stated));
  }

  @Mutation()
  @Requires('recovery.open')
  confirmRecovery({ id }: OfCase, context: GraphContext): Promise<RecoveryRow> {
    return this.shown(this.opening.confirm(id, context.getCaller().id));
  }

  @Mutation()
  @Requires('recovery.find')
  beginRecovery({ id }: OfCase): Promise<RecoveryRow> {
    return this.shown(this.facts.begin(id));
  }

  @Mutation()
  @Requires('recovery.find')
  establishRecoveryFacts({ id, facts }: OfCase & { facts: Found }): Promise<RecoveryRow> {
    const { cause, gone: goneFen, ...rest } = facts;
    return this.shown(this.facts.establish(id, { ...rest, goneFen, cause: word<RecoveryCause>(cause) }));
  }

  @Mutation()
  @Requires('recovery.find')
  writeRecoveryNotice({ id }: OfCase): Promise<RecoveryRow> {
    return this.shown(this.facts.notice(id));
  }

  @Mutation()
  @Requires('recovery.find')
  findRecoveryFactsAgain({ id, why }: WithReason): Promise<RecoveryRow> {
    return this.shown(this.facts.findAgain(id, why));
  }

  @Mutation()
  @Requires('recovery.speak')
  speakInRecovery({ id, words }: OfCase & { words: string }): Promise<RecoveryRow> {
    return this.shown(this.facts.say(id, words));
  }

  @Mutation()
  @Requires('recovery.speak')
  askForRecoveryHearing({ id }: OfCase): Promise<RecoveryRow> {
    return this.shown(this.facts.askHearing(id));
  }

  @Mutation()
  @Requires('recovery.hear')
  holdRecoveryHearing({ id, record }: OfCase & { record: string }, context: GraphContext): Promise<RecoveryRow> {
    return this.shown(this.facts.hear(id, record, context.getCaller().id));
  }

  @Mutation()
  @Requires('recovery.find')
  referRecovery({ id, to }: OfCase & { to: string }): Promise<RecoveryRow> {
    return this.shown(this.facts.refer(id, to));
  }

  @Mutation()
  @Requires('recovery.decide')
  decideRecovery(
    { id, reasons, answer }: OfCase & { reasons: string; answer?: string | null },
    context: GraphContext,
  ): Promise<RecoveryRow> {
    return this.shown(this.decisions.decide(id, { reasons, answer: answer ?? null }, context.getCaller().id));
  }

  @Mutation()
  @Requires('recovery.decide')
  releaseRecovery({ id, why }: WithReason, context: GraphContext): Promise<RecoveryRow> {
    return this.shown(this.decisions.release(id, why, context.getCaller().id));
  }

  @Mutation()
  @Requires('recovery.decide')
  waiveRecovery({ id, by, why }: WithReason & { by: string }, context: GraphContext): Promise<RecoveryRow> {
    return this.shown(this.decisions.waive(id, word<Waiver>(by), why, context.getCaller().id));
  }

  @Mutation()
  @Requires('recovery.decide')
  ceaseRecovery({ id, why }: WithReason, context: GraphContext): Promise<RecoveryRow> {
    return this.shown(this.decisions.cease(id, why, context.getCaller().id));
  }

  @Mutation()
  @Requires('recovery.decide')
  correctRecovery({ id, why }: WithReason, context: GraphContext): Promise<RecoveryRow> {
    return this.shown(this.decisions.correct(id, why, context.getCaller().id));
  }

  @Mutation()
  @Requires('recovery.remind')
  remindOfRecovery({ id }: OfCase): Promise<RecoveryRow> {
    return this.shown(this.decisions.remind(id));
  }

  @Mutation()
  @Requires('recovery.decide')
  applyRecoveryToCourt({ id, courtRef }: OfCase & { courtRef: string }): Promise<RecoveryRow> {
    return this.shown(this.decisions.apply(id, courtRef));
  }

  @Mutation()
  @Requires('recovery.decide')
  endRecoveryCourt({ id, why }: WithReason): Promise<RecoveryRow> {
    return this.shown(this.decisions.endCourt(id, why));
  }

  private async shown(step: Promise<string>): Promise<RecoveryRow> {
    const id = await step;
    return (await this.service.byIds([id]))[0]!;
  }
}
