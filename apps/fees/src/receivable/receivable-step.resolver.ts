import { Field, type GraphContext, inGroups, Resolver } from '@app/graphql';
import type { Fen } from '@app/kernel';
import { ReceivableViewService } from './receivable-view.service';
import type { ReceivableStep, StepShare } from './receivable.types';

/** The lines of a receivable's statement in the graph. */
@Resolver('ReceivableStep')
export class ReceivableStepResolver {
  constructor(private readonly view: ReceivableViewService) {}

  @Field()
  kind({ kind }: ReceivableStep): string {
    return kind.toUpperCase();
  }

  @Field()
  reason({ reason }: ReceivableStep): string | null {
    return reason && reason.toUpperCase().replaceAll('-', '_');
  }

  @Field()
  amount({ fen }: ReceivableStep): Fen {
    return fen;
  }

  @Field()
  openAfter({ openFen }: ReceivableStep): Fen {
    return openFen;
  }

  @Field()
  async shares({ id }: ReceivableStep, _: unknown, context: GraphContext) {
    const loader = context.loader<string, StepShare[]>('receivable-step.shares', async (ids) =>
      inGroups(ids, await this.view.stepShares(ids), ({ stepId }) => stepId),
    );
    return (await loader.load(id)).map(({ level, year, fen }) => ({ level, year, amount: fen }));
  }
}
