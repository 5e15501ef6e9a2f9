import { askedDivision, Requires } from '@app/access';
import {
  closePage,
  type Connection,
  Field,
  type GraphContext,
  inGroups,
  inOrder,
  Mutation,
  openPage,
  type PageArguments,
  Query,
  Resolver,
} from '@app/graphql';
import { type Day, divisionPrefix } from '@app/kernel';
import { LetterService } from '../letter/letter.service';
import type { LetterRow } from '../letter/letter.types';
import { ConsentService } from './consent.service';
import { type Failure, type Mode, NO_PROOF, type Proof, statedDay } from './delivery.rules';
import { DeliveryService } from './delivery.service';
import type { Attempt, Consent, Delivery, Outcome, PaperRequest, Undelivered } from './delivery.types';

type ProofInput = Partial<Omit<Proof, 'arrivedAt' | 'recording'>> & { readonly recording?: string | null };
type AttemptRow = Attempt & { readonly outcomes: readonly Outcome[] };

const word = <T extends string>(name: string): T => name.toLowerCase().replaceAll('_', '-') as T;
const enumOf = (name: string): string => name.replaceAll('-', '_').toUpperCase();
const present = (input: object): Partial<Proof> =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null && value !== undefined));

/** What somebody states of a proof. When a letter arrived in an account nobody states. */
function proofOf({ recording, ...rest }: ProofInput): Proof {
  return { ...NO_PROOF, ...present(rest), ...(recording && { recording: word<'photo' | 'video'>(recording) }) };
}

/** Serving letters in the graph. */
@Resolver('Letter')
export class DeliveryResolver {
  constructor(
    private readonly service: DeliveryService,
    private readonly consents: ConsentService,
    private readonly letters: LetterService,
  ) {}

  @Query()
  @Requires('delivery.read')
  async undeliveredLetters(
    args: PageArguments & { division?: string | null; leastDays?: number | null },
    context: GraphContext,
  ): Promise<Connection<Undelivered>> {
    const prefix = divisionPrefix(askedDivision(context.getCaller(), args.division));
    const page = openPage('undeliveredLetters', args, 2);
    const leastDays = Math.min(Math.max(args.leastDays ?? 0, 0), 36_500);
    const rows = await this.service.undelivered(prefix, leastDays, page.after ?? null, page.limit);
    return closePage(page, rows, ({ madeOn, id }) => [madeOn, id]);
  }

  @Query()
  @Requires('own.read')
  myLetters(): Promise<LetterRow[]> {
    return this.letters.own();
  }

  @Query()
  @Requires('own.read')
  myElectronicConsents(): Promise<Consent[]> {
    return this.consents.own();
  }

  @Mutation()
  @Requires('delivery.send')
  async sendLetter(args: { letterId: string; mode: string; note?: string | null }): Promise<LetterRow> {
    await this.service.start({ letterId: args.letterId, mode: word<Mode>(args.mode), note: args.note });
    return this.service.letter(args.letterId);
  }

  @Mutation()
  @Requires('delivery.send')
  async recordLetterServed({ attemptId, proof }: { attemptId: string; proof: ProofInput }): Promise<LetterRow> {
    return this.service.letter(await this.service.prove(attemptId, proofOf(proof)));
  }

  @Mutation()
  @Requires('delivery.send')
  async recordLetterFailed(args: { attemptId: string; failure: string; said?: string | null }): Promise<LetterRow> {
    return this.service.letter(await this.service.fail(args.attemptId, word<Failure>(args.failure), args.said ?? null));
  }

  @Mutation()
  @Requires('delivery.correct')
  async correctLetterProof(args: { attemptId: string; proof?: ProofInput | null; reason: string }): Promise<LetterRow> {
    const proof = args.proof ? proofOf(args.proof) : null;
    return this.service.letter(await this.service.correct(args.attemptId, proof, args.reason));
  }

  @Mutation()
  @Requires('delivery.send')
  async recordElectronicConsent(args: { letterId: string; reference: string; givenOn: Day }): Promise<LetterRow> {
    await this.consents.record(args.letterId, args.reference, args.givenOn);
    return this.service.letter(args.letterId);
  }

  @Mutation()
  @Requires('delivery.send')
  async givePaperLetter({ letterId }: { letterId: string }): Promise<LetterRow> {
    return this.service.letter(await this.service.givePaper(letterId));
  }

  @Mutation()
  @Requires('own.delivery')
  async consentToElectronicService(_args: unknown, context: GraphContext): Promise<Consent[]> {
    await this.consents.give(context.getCaller().family?.key ?? null);
    return this.consents.own();
  }

  @Mutation()
  @Requires('own.delivery')
  async revokeElectronicService(_args: unknown, context: GraphContext): Promise<Consent[]> {
    await this.consents.revoke(context.getCaller().family?.key ?? null);
    return this.consents.own();
  }

  @Mutation()
  @Requires('own.delivery')
  async confirmLetterReceipt({ letterId }: { letterId: string }): Promise<LetterRow> {
    await this.service.confirm(letterId);
    return this.service.letter(letterId);
  }

  @Mutation()
  @Requires('own.delivery')
  async askForPaperLetter({ letterId }: { letterId: string }): Promise<LetterRow> {
    return this.service.letter(await this.service.askPaper(letterId));
  }

  @Field()
  async servedOn({ id }: LetterRow, _args: unknown, context: GraphContext): Promise<Day | null> {
    const loader = context.loader<string, Delivery | null>('delivery.of', async (ids) =>
      inOrder(ids, await this.service.served(ids), ({ letterId }) => letterId),
    );
    return (await loader.load(id))?.servedOn ?? null;
  }

  @Field()
  deliveryAttempts({ id }: LetterRow, _args: unknown, context: GraphContext): Promise<AttemptRow[]> {
    const loader = context.loader<string, AttemptRow[]>('delivery.attempts', async (ids) =>
      inGroups(ids, await this.service.attempts(ids), ({ letterId }) => letterId),
    );
    return loader.load(id);
  }

  @Field()
  paperRequests({ id }: LetterRow, _args: unknown, context: GraphContext): Promise<PaperRequest[]> {
    const loader = context.loader<string, PaperRequest[]>('delivery.papers', async (ids) =>
      inGroups(ids, await this.service.papers(ids), ({ letterId }) => letterId),
    );
    return loader.load(id);
  }
}

/** A letter on the work list, in the graph. */
@Resolver('UndeliveredLetter')
export class UndeliveredLetterResolver {
  @Field()
  letter(row: Undelivered): Undelivered {
    return row;
  }

  @Field()
  state({ state }: Undelivered): string {
    return enumOf(state);
  }

  @Field()
  lastFailure({ lastFailure }: Undelivered): string | null {
    return lastFailure && enumOf(lastFailure);
  }

  @Field()
  isPaperAsked({ paperAsked }: Undelivered): boolean {
    return paperAsked;
  }
}

/** An attempt to serve a letter, in the graph. */
@Resolver('DeliveryAttempt')
export class DeliveryAttemptResolver {
  @Field()
  mode({ mode }: AttemptRow): string {
    return enumOf(mode);
  }
}

/** What became of an attempt, in the graph. */
@Resolver('DeliveryOutcome')
export class DeliveryOutcomeResolver {
  @Field()
  failure({ failure }: Outcome): string | null {
    return failure && enumOf(failure);
  }

  @Field()
  proof(outcome: Outcome) {
    if (outcome.kind === 'failed') return null;
    const { reference, signerName, signerTie, authority, refusal, witnesses, recording, medium, said } = outcome;
    const statedOn = statedDay(outcome);
    const shown = { reference, statedOn, signerName, signerTie, authority, refusal, witnesses, medium, said };
    return { ...shown, recording: recording && enumOf(recording) };
  }
}
