import { askedDivision, Requires } from '@app/access';
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
import { countyOf, type Day, divisionPrefix, type Fen } from '@app/kernel';
import { TreasuryFileService } from '../treasury-file/treasury-file.service';
import type { TreasuryAccount, TreasuryFile } from '../treasury-file/treasury-file.types';
import { RemittanceService } from './remittance.service';
import type { RemittanceLineRow, RemittancePartRow, RemittanceRow } from './remittance.types';

interface Span {
  readonly division?: string | null;
  readonly from?: Day | null;
  readonly until?: Day | null;
}

interface AccountArguments {
  readonly division: string;
  readonly purpose: string;
  readonly from: Day;
  readonly holderName: string;
  readonly account: string;
  readonly bank: string;
  readonly document: string;
}

/** Remittances to the treasury in the graph. */
@Resolver('Remittance')
export class RemittanceResolver {
  constructor(
    private readonly service: RemittanceService,
    private readonly files: TreasuryFileService,
  ) {}

  @Query()
  @Requires('remittance.read')
  async remittances(args: PageArguments & Span, context: GraphContext): Promise<Connection<RemittanceRow>> {
    const page = openPage('remittances', args, 2);
    const rows = await this.service.list(prefixOf(args, context), spanOf(args), page.after ?? null, page.limit);
    return closePage(page, rows, ({ day, id }) => [day, id]);
  }

  @Query()
  @Requires('remittance.read')
  remittanceExport(args: Span, context: GraphContext): Promise<string> {
    return this.service.export(prefixOf(args, context), spanOf(args));
  }

  @Query()
  @Requires('remittance.read')
  async collectedStanding(args: Span, context: GraphContext) {
    const standing = await this.service.standing(prefixOf(args, context));
    return standing.map(({ fen, ...rest }) => ({ ...rest, amount: fen }));
  }

  @Query()
  @Requires('remittance.read')
  async treasuryAccounts(args: Span, context: GraphContext) {
    return (await this.files.accounts(prefixOf(args, context))).map(accountView);
  }

  @Mutation()
  @Requires('remittance.prepare')
  draftRemittance({ division }: { division: string }, context: GraphContext): Promise<RemittanceRow> {
    return this.service.draft(countyOf(askedDivision(context.getCaller(), division)));
  }

  @Mutation()
  @Requires('remittance.prepare')
  prepareRemittance({ id }: { id: string }, context: GraphContext): Promise<RemittanceRow> {
    return this.service.prepare(id, context.getCaller().id);
  }

  @Mutation()
  @Requires('remittance.approve')
  approveRemittance({ id, contentHash }: { id: string; contentHash: string }, context: GraphContext) {
    const { id: officer, signIn } = context.getCaller();
    return this.service.approve(id, officer, contentHash, signIn?.at);
  }

  @Mutation()
  @Requires('remittance.prepare')
  cancelRemittance({ id, reason }: { id: string; reason: string }, context: GraphContext): Promise<RemittanceRow> {
    return this.service.cancel(id, reason, context.getCaller().id);
  }

  @Mutation()
  @Requires('remittance.prepare')
  confirmRemittance({ id, bankRef }: { id: string; bankRef: string }, context: GraphContext): Promise<RemittanceRow> {
    return this.service.confirm(id, bankRef, context.getCaller().id);
  }

  @Mutation()
  @Requires('remittance.prepare')
  failRemittance({ id, reason }: { id: string; reason: string }, context: GraphContext): Promise<RemittanceRow> {
    return this.service.fail(id, reason, context.getCaller().id);
  }

  @Mutation()
  @Requires('treasury-account.set')
  async setTreasuryAccount({ division, from, ...rest }: AccountArguments, context: GraphContext) {
    const countyCode = countyOf(askedDivision(context.getCaller(), division));
    return accountView(await this.files.setAccount({ ...rest, countyCode, validFrom: from }));
  }

  @Field()
  state({ state }: RemittanceRow): string {
    return state.toUpperCase();
  }

  @Field()
  total({ totalFen }: RemittanceRow): Fen {
    return totalFen;
  }

  @Field()
  async fileName(row: RemittanceRow, _args: unknown, context: GraphContext): Promise<string | null> {
    return (await this.fileOf(row, context))?.name ?? null;
  }

  @Field()
  async fileSha256(row: RemittanceRow, _args: unknown, context: GraphContext): Promise<string | null> {
    return (await this.fileOf(row, context))?.sha256.toString('hex') ?? null;
  }

  @Field()
  async lines({ id }: RemittanceRow, _args: unknown, context: GraphContext) {
    const loader = context.loader<string, RemittanceLineRow[]>('remittance.lines', async (ids) =>
      inGroups(ids, await this.service.lines(ids), ({ remittanceId }) => remittanceId),
    );
    return loader.load(id);
  }

  private async fileOf({ fileId }: RemittanceRow, context: GraphContext): Promise<TreasuryFile | undefined> {
    if (!fileId) return undefined;
    const loader = context.loader<string, TreasuryFile[]>('remittance.file', async (ids) =>
      inGroups(ids, await this.files.byIds(ids), ({ id }) => id),
    );
    return (await loader.load(fileId))[0];
  }
}

/** Lines of remittances, and where their money came from. */
@Resolver('RemittanceLine')
export class RemittanceLineResolver {
  constructor(private readonly service: RemittanceService) {}

  @Field()
  amount({ fen }: RemittanceLineRow): Fen {
    return fen;
  }

  @Field()
  async parts({ id }: RemittanceLineRow, _args: unknown, context: GraphContext) {
    const loader = context.loader<string, RemittancePartRow[]>('remittance.parts', async (ids) =>
      inGroups(ids, await this.service.parts(ids), ({ lineId }) => lineId),
    );
    return (await loader.load(id)).map(({ fen, ...rest }) => ({ ...rest, amount: fen }));
  }
}

const prefixOf = ({ division }: Span, context: GraphContext): string =>
  divisionPrefix(askedDivision(context.getCaller(), division));
const spanOf = ({ from, until }: Span) => ({ from: from ?? null, until: until ?? null });
const accountView = ({ validFrom, validUntil, ...rest }: TreasuryAccount) => ({
  ...rest,
  from: validFrom,
  until: validUntil,
});
