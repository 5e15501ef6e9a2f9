import { Requires } from '@app/access';
import { Field, type GraphContext, inGroups, inOrder, Mutation, References, Resolver } from '@app/graphql';
import { graphWord, ITEM_NAMES, reasonSentence } from './newborn-matter.rules';
import { NewbornMatterService } from './newborn-matter.service';
import type { Settlement, SubCaseEventView, SubCaseView } from './newborn-matter.types';
import { NewbornViewService } from './newborn-view.service';

interface SettleArguments {
  readonly id: string;
  readonly word: Settlement;
  readonly reason?: string | null;
  readonly reference?: string | null;
}

/** The parts of newborn matters in the graph. */
@Resolver('SubCase')
export class SubCaseResolver {
  constructor(
    private readonly matters: NewbornMatterService,
    private readonly views: NewbornViewService,
  ) {}

  @Mutation()
  @Requires('newborn.choose')
  async withdrawNewbornItem({ id }: { id: string }): Promise<{ id: string }> {
    await this.matters.withdraw(id);
    return { id };
  }

  @Mutation()
  @Requires('newborn.settle')
  async settleNewbornItem({ id, word, reason, reference }: SettleArguments): Promise<{ id: string }> {
    await this.matters.settle(id, word, reason ?? null, reference ?? null);
    return { id };
  }

  @References()
  async references(refs: readonly { id: string }[]): Promise<(SubCaseView | null)[]> {
    const ids = refs.map(({ id }) => id);
    return inOrder(ids, await this.views.subCasesByIds(ids), ({ id }) => id);
  }

  @Field()
  item({ item }: SubCaseView): string {
    return graphWord(item);
  }

  @Field()
  nameZh({ item }: SubCaseView): string {
    return ITEM_NAMES[item].zh;
  }

  @Field()
  nameEn({ item }: SubCaseView): string {
    return ITEM_NAMES[item].en;
  }

  @Field()
  authority({ authority }: SubCaseView): string {
    return graphWord(authority);
  }

  @Field()
  state({ state }: SubCaseView): string {
    return graphWord(state);
  }

  @Field()
  applicant({ applicant }: SubCaseView): string | null {
    return applicant === null ? null : graphWord(applicant);
  }

  @Field()
  reasonZh({ reason }: SubCaseView): string | null {
    return reason === null ? null : reasonSentence(reason).zh;
  }

  @Field()
  reasonEn({ reason }: SubCaseView): string | null {
    return reason === null ? null : reasonSentence(reason).en;
  }

  @Field()
  history({ id }: SubCaseView, _args: unknown, context: GraphContext) {
    return context
      .loader<string, object[]>('newborn.history', async (ids) =>
        inGroups(ids, await this.views.events(ids), ({ subCaseId }) => subCaseId).map((events) => events.map(shown)),
      )
      .load(id);
  }

  @Field()
  matter({ matterId }: SubCaseView): { id: string } {
    return { id: matterId };
  }
}

const shown = ({ from, to, reason, ...event }: SubCaseEventView) => ({
  ...event,
  from: graphWord(from),
  to: graphWord(to),
  reasonZh: reason === null ? null : reasonSentence(reason).zh,
  reasonEn: reason === null ? null : reasonSentence(reason).en,
});
