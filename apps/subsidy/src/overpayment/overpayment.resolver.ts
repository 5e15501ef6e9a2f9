import { askedDivision, Requires } from '@app/access';
import type { OverpaymentGround } from '@app/contracts';
import {
  closePage,
  type Connection,
  Field,
  type GraphContext,
  inGroups,
  Mutation,
  openPage,
  type PageArguments,
  Query,
  Resolver,
} from '@app/graphql';
import { type Day, divisionPrefix, type Fen } from '@app/kernel';
import { OverpaymentListService } from './overpayment-list.service';
import type { OverpaymentState } from './overpayment.state';
import type { ChangeRow, OverpaymentFilter, OverpaymentView, ShareRow } from './overpayment.types';
import { type ReportCommand, ReportingService } from './reporting.service';

interface FilterInput {
  readonly division?: string | null;
  readonly state?: string | null;
  readonly ground?: string | null;
  readonly programme?: string | null;
}

interface ReportInput {
  readonly claim: string;
  readonly ground: string;
  readonly evidence: string;
  readonly note: string;
  readonly fen?: Fen | null;
  readonly from?: Day | null;
  readonly until?: Day | null;
}

/** What was paid and was not owed, in the graph. */
@Resolver('Overpayment')
export class OverpaymentResolver {
  constructor(
    private readonly overpayments: OverpaymentListService,
    private readonly reports: ReportingService,
  ) {}

  @Query('overpayments')
  @Requires('overpayment.read')
  async list(
    args: PageArguments & { filter?: FilterInput | null },
    context: GraphContext,
  ): Promise<Connection<OverpaymentView>> {
    const page = openPage('overpayments', args, 1);
    const rows = await this.overpayments.list(filterOf(args.filter ?? {}, context), page.after, page.limit);
    return closePage(page, rows, ({ id }) => [id]);
  }

  @Query()
  @Requires('overpayment.read')
  async overpaymentExport(
    { filter, after }: { filter?: FilterInput | null; after?: string | null },
    context: GraphContext,
  ): Promise<{ csv: string; after: string | null }> {
    const page = openPage('overpaymentExport', { first: 1, after }, 1);
    const part = await this.overpayments.export(filterOf(filter ?? {}, context), page.after);
    const next = part.after === null ? null : closePage(page, [part.after], (id) => [id]).pageInfo.endCursor;
    return { csv: part.csv, after: next };
  }

  @Query()
  @Requires('own.read')
  myOverpayments(): Promise<OverpaymentView[]> {
    return this.overpayments.ofFamily();
  }

  @Mutation()
  @Requires('overpayment.report')
  reportOverpayment({ report }: { report: ReportInput }, context: GraphContext): Promise<OverpaymentView> {
    return this.reports.report({
      claimId: report.claim,
      ground: wordOf(report.ground) as ReportCommand['ground'],
      evidence: report.evidence,
      note: report.note,
      fen: report.fen ?? undefined,
      from: report.from ?? undefined,
      until: report.until ?? undefined,
      actor: context.getCaller().id,
    });
  }

  @Mutation()
  @Requires('overpayment.see')
  seeOverpayment(
    { id, isOverpaid, note }: { id: string; isOverpaid: boolean; note?: string | null },
    context: GraphContext,
  ): Promise<OverpaymentView> {
    return this.reports.see({ id, isOverpaid, note: note ?? undefined, actor: context.getCaller().id });
  }

  @Field()
  ground({ ground }: OverpaymentView): string {
    return codeOf(ground);
  }

  @Field()
  state({ state }: OverpaymentView): string {
    return codeOf(state);
  }

  @Field()
  claim({ claimId }: OverpaymentView): { __typename: 'Claim'; id: string } {
    return { __typename: 'Claim', id: claimId };
  }

  @Field()
  shares({ id }: OverpaymentView, _: unknown, context: GraphContext): Promise<ShareRow[]> {
    return context
      .loader<string, ShareRow[]>('overpayment.shares', async (ids) =>
        inGroups(ids, await this.overpayments.shares(ids), ({ overpaymentId }) => overpaymentId),
      )
      .load(id);
  }

  @Field()
  changes({ id }: OverpaymentView, _: unknown, context: GraphContext): Promise<ChangeRow[]> {
    return context
      .loader<string, ChangeRow[]>('overpayment.changes', async (ids) =>
        inGroups(ids, await this.overpayments.changes(ids), ({ overpaymentId }) => overpaymentId),
      )
      .load(id);
  }
}

const codeOf = (word: string): string => word.toUpperCase().replaceAll('-', '_');
const wordOf = (code: string): string => code.toLowerCase().replaceAll('_', '-');

const filterOf = (input: FilterInput, context: GraphContext): OverpaymentFilter => ({
  prefix: divisionPrefix(askedDivision(context.getCaller(), input.division)).slice(0, 6),
  state: input.state ? (wordOf(input.state) as OverpaymentState) : null,
  ground: input.ground ? (wordOf(input.ground) as OverpaymentGround) : null,
  programme: input.programme ?? null,
});
