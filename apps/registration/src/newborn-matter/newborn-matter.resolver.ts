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
  References,
  Resolver,
} from '@app/graphql';
import { type Day, divisionPrefix, findDivisionCode, type Sentence } from '@app/kernel';
import { type CheckView, RegistryCheckService, type Told } from '../registry-check/registry-check.service';
import { refuse } from './newborn-matter.errors';
import { codeOf, graphWord, reasonSentence, SINGLE_ITEMS } from './newborn-matter.rules';
import { NewbornMatterService, type Receipt } from './newborn-matter.service';
import type {
  Item,
  ItemRow,
  MatterView,
  NamedParent,
  Opening,
  ParentRole,
  ParentView,
  SubCaseView,
} from './newborn-matter.types';
import { NewbornViewService } from './newborn-view.service';

const SEXES = { UNKNOWN: 0, MALE: 1, FEMALE: 2, UNSPECIFIED: 9 } as const;

interface Application {
  readonly certificateNo?: string | null;
  readonly born: Day;
  readonly sex: keyof typeof SEXES;
  readonly childName?: string | null;
  readonly division?: string | null;
  readonly mother?: NamedParent | null;
  readonly father?: NamedParent | null;
}

interface ChoiceArguments {
  readonly id: string;
  readonly items: readonly string[];
  readonly applicant?: string | null;
}

/** Newborn matters in the graph. */
@Resolver('NewbornMatter')
export class NewbornMatterResolver {
  constructor(
    private readonly matters: NewbornMatterService,
    private readonly views: NewbornViewService,
    private readonly checks: RegistryCheckService,
  ) {}

  @Query()
  @Requires('own.read')
  myNewbornMatters(): Promise<MatterView[]> {
    return this.views.ofFamily();
  }

  @Query()
  @Requires('newborn.read')
  newbornMatter({ caseNo }: { caseNo: string }): Promise<MatterView | null> {
    return this.views.byCaseNo(caseNo);
  }

  @Query()
  @Requires('newborn.read')
  async newbornMatters(
    args: PageArguments & { division?: string | null },
    context: GraphContext,
  ): Promise<Connection<MatterView>> {
    const page = openPage('newbornMatters', args, 1);
    const rows = await this.views.list(prefixOf(args.division, context), page.after, page.limit);
    return closePage(page, rows, ({ id }) => [id]);
  }

  @Query()
  @Requires('newborn.read')
  async newbornWorklist(
    args: PageArguments & { division?: string | null; authority?: string | null; overdueOnly?: boolean | null },
    context: GraphContext,
  ): Promise<Connection<SubCaseView>> {
    const page = openPage('newbornWorklist', args, 2);
    const filter = {
      prefix: prefixOf(args.division, context),
      authority: args.authority ? codeOf(args.authority) : null,
      isOverdue: args.overdueOnly ?? false,
    };
    const rows = await this.views.worklist(filter, page.after, page.limit);
    return closePage(page, rows, ({ dueOn, id }) => [dueOn ?? 'infinity', id]);
  }

  @Query()
  @Requires('programme.read')
  async newbornOffer({ division }: { division: string }) {
    const found = findDivisionCode(division.trim());
    if (!found) throw refuse.divisionUnreadable(division);
    const { items, channel } = await this.views.offer(found);
    return { channel, items: items.map(offered) };
  }

  @Mutation()
  @Requires('birth.notify')
  notifyBirth(
    { notice }: { notice: Application & { reference: string; mother: NamedParent } },
    context: GraphContext,
  ): Promise<Receipt> {
    return this.matters.notify(notice.reference, opening(notice), context.getCaller().division);
  }

  @Mutation()
  @Requires('own.newborn')
  async startNewbornMatter({ application }: { application: Application }): Promise<{ id: string }> {
    return { id: await this.matters.open(opening(application), 'parents', null) };
  }

  @Mutation()
  @Requires('newborn.open')
  async openNewbornMatter(
    { application }: { application: Application },
    context: GraphContext,
  ): Promise<{ id: string }> {
    return { id: await this.matters.open(opening(application), 'township', context.getCaller().division) };
  }

  @Mutation()
  @Requires('newborn.choose')
  async chooseNewbornItems({ id, items, applicant }: ChoiceArguments): Promise<{ id: string }> {
    const role = applicant ? (codeOf(applicant) as ParentRole) : null;
    await this.matters.choose({ matterId: id, items: items.map((item) => codeOf(item) as Item), applicant: role });
    return { id };
  }

  @References()
  async references(refs: readonly { id: string }[]): Promise<(MatterView | null)[]> {
    const ids = refs.map(({ id }) => id);
    return inOrder(ids, await this.views.byIds(ids), ({ id }) => id);
  }

  @Field()
  sex({ sex }: MatterView): string {
    return Object.entries(SEXES).find(([, value]) => value === sex)![0];
  }

  @Field()
  child({ childId }: MatterView): { id: string } {
    return { id: childId };
  }

  @Field()
  hasBirthCertificate({ hasCertificate }: MatterView): boolean {
    return hasCertificate;
  }

  @Field()
  isJoint({ channel }: MatterView): boolean {
    return channel === 'joint';
  }

  @Field()
  channelNote({ channelReasons }: MatterView): Sentence | null {
    if (!channelReasons?.length) return null;
    const reasons = channelReasons.map(reasonSentence);
    return {
      zh: `${reasons.map(({ zh }) => zh).join('；')}。${SINGLE_ITEMS.zh}`,
      en: `${reasons.map(({ en }) => en).join('; ')}. ${SINGLE_ITEMS.en}`,
    };
  }

  @Field()
  parents({ id }: MatterView, _args: unknown, context: GraphContext) {
    const loader = context.loader<string, ParentView[]>('newborn.parents', async (ids) =>
      inGroups(ids, await this.views.parents(ids), ({ matterId }) => matterId),
    );
    return loader.load(id);
  }

  @Field()
  subCases({ id }: MatterView, _args: unknown, context: GraphContext): Promise<SubCaseView[]> {
    const loader = context.loader<string, SubCaseView[]>('newborn.subCases', async (ids) =>
      inGroups(ids, await this.views.subCases(ids), ({ matterId }) => matterId),
    );
    return loader.load(id);
  }

  @Field()
  registryChecks({ id }: MatterView, _args: unknown, context: GraphContext): Promise<CheckView[]> {
    const loader = context.loader<string, CheckView[]>('newborn.registryChecks', async (ids) =>
      inGroups(ids, await this.checks.byMatters('newborn-matter', ids), ({ matterId }) => matterId!),
    );
    return loader.load(id);
  }

  @Field()
  registrySilence({ id }: MatterView, _args: unknown, context: GraphContext): Promise<Told | null> {
    const loader = context.loader<string, Told | null>('newborn.registrySilence', async (ids) =>
      inOrder(ids, await this.checks.told('newborn-matter', ids), ({ matter }) => matter),
    );
    return loader.load(id);
  }
}

const prefixOf = (asked: string | null | undefined, context: GraphContext): string =>
  divisionPrefix(askedDivision(context.getCaller(), asked));

const opening = (application: Application): Opening => ({
  certificateNo: application.certificateNo ?? null,
  born: application.born,
  sex: SEXES[application.sex],
  childName: application.childName ?? null,
  division: application.division ?? null,
  mother: application.mother ?? null,
  father: application.father ?? null,
});

const offered = ({ item, authority, ...row }: ItemRow) => ({
  ...row,
  item: graphWord(item),
  authority: graphWord(authority),
});
