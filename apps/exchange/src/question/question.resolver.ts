import { askedDivision, Requires } from '@app/access';
import type { RegistryOutcome, RegistryPurpose } from '@app/contracts';
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
  References,
  Resolver,
} from '@app/graphql';
import { type Day, divisionPrefix } from '@app/kernel';
import { QuestionService } from './question.service';
import type { AttemptRow, QuestionFilter, QuestionRow, Verified } from './question.types';
import { type VerifyInput, VerifyingService } from './verifying.service';

interface FilterArgument {
  readonly division?: string | null;
  readonly outcome?: string | null;
  readonly purpose?: string | null;
  readonly officer?: string | null;
  readonly from?: Day | null;
  readonly to?: Day | null;
}

/** `not-found` in the code is NOT_FOUND in the graph. */
const named = (word: string): string => word.replaceAll('-', '_').toUpperCase();
const word = <T extends string>(name: string): T => name.replaceAll('_', '-').toLowerCase() as T;

/** Questions to the household registry in the graph. */
@Resolver('RegistryQuestion')
export class QuestionResolver {
  constructor(
    private readonly questions: QuestionService,
    private readonly verifying: VerifyingService,
  ) {}

  @Query()
  @Requires('registry.read')
  async registryQuestions(
    args: PageArguments & { filter?: FilterArgument | null },
    context: GraphContext,
  ): Promise<Connection<QuestionRow>> {
    const filter = filterOf(args.filter ?? {}, context);
    const page = openPage('registryQuestions', args, 2);
    const rows = await this.questions.list(filter, page.after, page.limit);
    return closePage(
      page,
      rows,
      (row) => [row.askedAt.toISOString(), row.id],
      () => this.questions.count(filter),
    );
  }

  @Mutation()
  @Requires('registry.verify')
  async verifyPerson(
    { input }: { input: Omit<VerifyInput, 'purpose'> & { purpose: string } },
    context: GraphContext,
  ): Promise<Omit<Verified, 'outcome'> & { outcome: string }> {
    const purpose = word<RegistryPurpose>(input.purpose);
    const verified = await this.verifying.verify(context.getCaller(), { ...input, purpose });
    return { ...verified, outcome: named(verified.outcome) };
  }

  @References()
  @Requires('registry.read')
  async references(refs: readonly { id: string }[]): Promise<(QuestionRow | null)[]> {
    const ids = refs.map(({ id }) => id);
    return inOrder(ids, await this.questions.byIds(ids), ({ id }) => id);
  }

  @Field()
  asker({ asker }: QuestionRow): string {
    return named(asker);
  }

  @Field()
  kind({ kind }: QuestionRow): string {
    return named(kind);
  }

  @Field()
  purpose({ purpose }: QuestionRow): string {
    return named(purpose);
  }

  @Field()
  outcome({ outcome }: QuestionRow): string {
    return named(outcome);
  }

  @Field()
  attempts({ id }: QuestionRow, _args: unknown, context: GraphContext): Promise<AttemptRow[]> {
    const loader = context.loader<string, AttemptRow[]>('registryQuestion.attempts', async (ids) =>
      inGroups(ids, await this.questions.attempts(ids), ({ questionId }) => questionId),
    );
    return loader.load(id);
  }
}

/** The caller's own division unless a smaller one is named; never a wider one. */
function filterOf(
  { division, outcome, purpose, officer, from, to }: FilterArgument,
  context: GraphContext,
): QuestionFilter {
  return {
    prefix: divisionPrefix(askedDivision(context.getCaller(), division)),
    outcome: outcome ? word<RegistryOutcome>(outcome) : undefined,
    purpose: purpose ? word<RegistryPurpose>(purpose) : undefined,
    officer: officer ?? undefined,
    from: from ?? undefined,
    to: to ?? undefined,
  };
}
