import { Requires } from '@app/access';
import {
  closePage,
  type Connection,
  Field,
  type GraphContext,
  inGroups,
  inOrder,
  openPage,
  type PageArguments,
  Query,
  References,
  Resolver,
} from '@app/graphql';
import { prefixOf } from './disbursement.resolver';
import { DisbursementService } from './disbursement.service';
import type { AttemptRow, InstructionRow } from './disbursement.types';

/** Payment instructions in the graph. */
@Resolver('Instruction')
export class InstructionResolver {
  constructor(private readonly disbursement: DisbursementService) {}

  @Query()
  @Requires('disbursement.read')
  async instructions(
    args: PageArguments & { programme?: string | null; division?: string | null; state?: string | null },
    context: GraphContext,
  ): Promise<Connection<InstructionRow>> {
    const page = openPage('instructions', args, 1);
    const rows = await this.disbursement.instructions({
      programme: args.programme ?? undefined,
      divisionPrefix: prefixOf(args.division, context),
      state: args.state?.toLowerCase(),
      after: page.after?.[0],
      first: page.limit,
    });
    return closePage(page, rows, (row) => [row.id]);
  }

  @References()
  @Requires('disbursement.read')
  async references(refs: readonly { id: string }[]): Promise<(InstructionRow | null)[]> {
    const ids = refs.map(({ id }) => id);
    return inOrder(ids, await this.disbursement.instructionsByIds(ids), (row) => row.id);
  }

  @Field()
  state({ state }: InstructionRow): string {
    return state.toUpperCase();
  }

  @Field()
  claim({ claimId }: InstructionRow): { __typename: 'Claim'; id: string } {
    return { __typename: 'Claim', id: claimId };
  }

  @Field()
  attempts({ id }: InstructionRow, _: unknown, context: GraphContext): Promise<AttemptRow[]> {
    return context
      .loader<string, AttemptRow[]>('instruction.attempts', async (ids) =>
        inGroups(ids, await this.disbursement.attemptsOf(ids), (row) => row.instructionId),
      )
      .load(id);
  }
}

/** The lines of batches in the graph: where they lead to. */
@Resolver('PaymentAttempt')
export class PaymentAttemptResolver {
  @Field()
  batch({ batchId }: AttemptRow): { __typename: 'PaymentBatch'; id: string } {
    return { __typename: 'PaymentBatch', id: batchId };
  }

  @Field()
  instruction({ instructionId }: AttemptRow): { __typename: 'Instruction'; id: string } {
    return { __typename: 'Instruction', id: instructionId };
  }
}
