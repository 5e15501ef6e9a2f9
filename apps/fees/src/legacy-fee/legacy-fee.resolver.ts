import { askedDivision, assertCovers, Requires } from '@app/access';
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
import { type DivisionCode, divisionPrefix } from '@app/kernel';
import { LetterService } from '../letter/letter.service';
import type { LetterRow } from '../letter/letter.types';
import { LegacyFeeService } from './legacy-fee.service';
import type {
  CloseOut,
  FollowedReview,
  LegacyCase,
  LegacyDeletion,
  LegacyMemo,
  LegacyPayment,
} from './legacy-fee.types';

interface FilterInput {
  readonly division?: string | null;
  readonly caseNo?: string | null;
  readonly closeOut?: CloseOut | null;
  readonly idNumber?: string | null;
}

/** The closed register in the graph. Nothing here charges, reminds or enforces. */
@Resolver('LegacyCase')
export class LegacyFeeResolver {
  constructor(
    private readonly service: LegacyFeeService,
    private readonly letterService: LetterService,
  ) {}

  @Query()
  @Requires('legacy-fee.read')
  async legacyCases(
    args: PageArguments & { filter?: FilterInput | null },
    context: GraphContext,
  ): Promise<Connection<LegacyCase>> {
    const { division, caseNo, closeOut, idNumber } = args.filter ?? {};
    const prefix = divisionPrefix(askedDivision(context.getCaller(), division));
    const page = openPage('legacyCases', args, 1);
    const filter = {
      prefix,
      caseNo: caseNo?.trim() || null,
      closeOut: closeOut ?? null,
      idNumber: idNumber ?? null,
    };
    const rows = await this.service.list(filter, page.after ?? null, page.limit);
    return closePage(page, rows, ({ id }) => [id]);
  }

  @Query()
  @Requires('own.read')
  myLegacyCases(): Promise<LegacyCase[]> {
    return this.service.own();
  }

  @Query()
  @Requires('legacy-fee.figures')
  async legacyMemo({ division }: { division?: string | null }, context: GraphContext) {
    const prefix = divisionPrefix(askedDivision(context.getCaller(), division));
    return (await this.service.memo(prefix)).map(memoView);
  }

  @Query()
  @Requires('legacy-fee.figures')
  async legacyDeletions({ division }: { division?: string | null }, context: GraphContext) {
    const prefix = divisionPrefix(askedDivision(context.getCaller(), division));
    return (await this.service.deletions(prefix)).map(deletionView);
  }

  @Query()
  @Requires('legacy-fee.read')
  async legacyNoticeFile({ id }: { id: string }) {
    const { pdf, ...rest } = await this.letterService.file(id, 'legacy-closing');
    return { ...rest, pdf: pdf.toString('base64') };
  }

  @Mutation()
  @Requires('legacy-fee.court')
  endLegacyCourtCase({ caseId, courtDocument }: { caseId: string; courtDocument: string }): Promise<string> {
    return this.service.endCourt(caseId, courtDocument);
  }

  @Mutation()
  @Requires('legacy-fee.seal')
  async sealLegacyLedgers({ officeCode }: { officeCode: string }, context: GraphContext): Promise<boolean> {
    assertCovers(context.getCaller(), officeCode as DivisionCode);
    await this.service.seal(officeCode);
    return true;
  }

  @Mutation()
  @Requires('legacy-fee.notice')
  async writeLegacyNotice({ caseId }: { caseId: string }): Promise<LetterRow> {
    const id = await this.service.notice(caseId);
    return (await this.letterService.about([caseId])).find((letter) => letter.id === id)!;
  }

  @Mutation()
  @Requires('legacy-fee.review')
  openLegacyRefund(args: { caseId: string; paymentId: string; reason: string; foundByUnit: boolean }): Promise<string> {
    return this.service.openReview(args.caseId, args.paymentId, args.reason, args.foundByUnit);
  }

  @Mutation()
  @Requires('legacy-fee.review')
  verifyLegacyRefund({ id }: { id: string }, context: GraphContext): Promise<string> {
    return this.service.verifyReview(id, context.getCaller().id);
  }

  @Mutation()
  @Requires('legacy-fee.decide')
  decideLegacyRefund(
    { id, isApproved, decision }: { id: string; isApproved: boolean; decision: string },
    context: GraphContext,
  ): Promise<string> {
    return this.service.decideReview(id, isApproved, decision, context.getCaller().id);
  }

  @Field()
  courtState({ courtState }: LegacyCase) {
    return upper(courtState);
  }

  @Field()
  levied({ leviedFen }: LegacyCase) {
    return leviedFen;
  }

  @Field()
  paid({ paidFen }: LegacyCase) {
    return paidFen;
  }

  @Field()
  mispaid({ mispaidFen }: LegacyCase) {
    return mispaidFen;
  }

  @Field()
  ceased({ ceasedFen }: LegacyCase) {
    return ceasedFen;
  }

  @Field()
  async payments({ id }: LegacyCase, _args: unknown, context: GraphContext) {
    const loader = context.loader<string, LegacyPayment[]>('legacy.payments', async (ids) =>
      inGroups(ids, await this.service.payments(ids), ({ caseId }) => caseId),
    );
    return (await loader.load(id)).map(paymentView);
  }

  @Field()
  async reviews({ id }: LegacyCase, _args: unknown, context: GraphContext) {
    const loader = context.loader<string, FollowedReview[]>('legacy.reviews', async (ids) =>
      inGroups(ids, await this.service.reviews(ids), ({ caseId }) => caseId),
    );
    return (await loader.load(id)).map(reviewView);
  }

  @Field()
  letters({ id }: LegacyCase, _args: unknown, context: GraphContext): Promise<LetterRow[]> {
    const loader = context.loader<string, LetterRow[]>('legacy.letters', async (ids) =>
      inGroups(ids, await this.letterService.about(ids), ({ aboutId }) => aboutId),
    );
    return loader.load(id);
  }
}

const upper = (code: string): string => code.toUpperCase().replaceAll('-', '_');

const paymentView = ({ fen, error, ...rest }: LegacyPayment) => ({
  ...rest,
  amount: fen,
  error: error && upper(error),
});
const reviewView = ({ fen, state, ...rest }: FollowedReview) => ({ ...rest, amount: fen, state: upper(state) });
const deletionView = ({ byActor, ...rest }: LegacyDeletion) => ({ ...rest, by: byActor });
const memoView = ({ leviedFen, paidFen, ceasedFen, mispaidFen, refundApprovedFen, ...rest }: LegacyMemo) => ({
  ...rest,
  levied: leviedFen,
  paid: paidFen,
  ceased: ceasedFen,
  receivable: 0n,
  mispaid: mispaidFen,
  refundApproved: refundApprovedFen,
});
