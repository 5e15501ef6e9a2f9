import { askedDivision, assertCovers, Requires } from '@app/access';
import {
  closePage,
  type Connection,
  Field,
  type GraphContext,
  Mutation,
  openPage,
  type PageArguments,
  Query,
  Resolver,
} from '@app/graphql';
import { type Day, divisionPrefix, type Fen, findDivisionCode, yuanText } from '@app/kernel';
import { refuse } from './bank-receipt.errors';
import { type ProblemCode, remarkOf } from './bank-receipt.rules';
import { BankReceiptService } from './bank-receipt.service';
import type { AgeingBand, BankReceipt, EntryAside, ReceiptState, ReceivingAccount } from './bank-receipt.types';
import { NoticeImportService } from './notice-import.service';

interface FilterInput {
  readonly division?: string | null;
  readonly state?: string | null;
  readonly isOpen?: boolean | null;
  readonly ageDaysMin?: number | null;
  readonly reference?: string | null;
}

interface ReceiptInput {
  readonly account: string;
  readonly bankRef: string;
  readonly bookedOn: Day;
  readonly amount: Fen;
  readonly payerName: string;
  readonly payerAccount?: string | null;
  readonly payerBank?: string | null;
  readonly remittance?: string | null;
}

/** Money that came in, in the graph. */
@Resolver('BankReceipt')
export class BankReceiptResolver {
  constructor(
    private readonly service: BankReceiptService,
    private readonly notices: NoticeImportService,
  ) {}

  @Query()
  @Requires('bank-receipt.read')
  async bankReceipts(
    args: PageArguments & { filter?: FilterInput | null },
    context: GraphContext,
  ): Promise<Connection<BankReceipt>> {
    const { division, state, isOpen, ageDaysMin, reference } = args.filter ?? {};
    const page = openPage('bankReceipts', args, 2);
    const filter = {
      prefix: divisionPrefix(askedDivision(context.getCaller(), division)),
      state: (state?.toLowerCase() ?? null) as ReceiptState | null,
      isOpen: isOpen ?? false,
      ageDaysMin: ageDaysMin ?? null,
      reference: reference?.replace(/[\s-]/g, '') || null,
    };
    const rows = await this.service.list(filter, page.after ?? null, page.limit);
    return closePage(page, rows, ({ bookedOn, id }) => [bookedOn, id]);
  }

  @Query()
  @Requires('bank-receipt.figures')
  async receiptAgeing({ division }: { division?: string | null }, context: GraphContext) {
    const bands = await this.service.ageing(divisionPrefix(askedDivision(context.getCaller(), division)));
    return bands.map(({ fen, ...rest }: AgeingBand) => ({ ...rest, left: fen }));
  }

  @Query()
  @Requires('bank-receipt.read')
  async bankEntriesAside(
    args: PageArguments & { division?: string | null; isSettled?: boolean | null },
    context: GraphContext,
  ) {
    const prefix = divisionPrefix(askedDivision(context.getCaller(), args.division));
    const page = openPage('bankEntriesAside', args, 1);
    const rows = await this.service.asides(prefix, args.isSettled ?? false, page.after?.[0] ?? null, page.limit);
    return closePage(page, rows.map(asideView), ({ id }) => [id]);
  }

  @Query()
  @Requires('bank-receipt.read')
  receivingAccounts({ division }: { division?: string | null }, context: GraphContext): Promise<ReceivingAccount[]> {
    return this.service.accounts(divisionPrefix(askedDivision(context.getCaller(), division)));
  }

  @Mutation()
  @Requires('bank-receipt.take')
  openReceivingAccount(
    args: { account: string; division: string; bank: string; holderName: string },
    context: GraphContext,
  ): Promise<ReceivingAccount> {
    const divisionCode = findDivisionCode(args.division);
    if (!divisionCode) throw refuse.divisionUnreadable(args.division);
    assertCovers(context.getCaller(), divisionCode);
    const { account, bank, holderName } = args;
    return this.service.openAccount({ account, divisionCode, bank, holderName });
  }

  @Mutation()
  @Requires('bank-receipt.take')
  async recordBankReceipt({ receipt }: { receipt: ReceiptInput }) {
    const { account, bankRef, bookedOn, amount, payerName, payerAccount, payerBank, remittance } = receipt;
    const { noticeId, accepted } = await this.notices.record(account, {
      line: 1,
      account,
      bankRef,
      status: 'BOOK',
      direction: 'CRDT',
      isReversal: false,
      bookedAt: bookedOn,
      amount: yuanText(amount),
      currency: 'CNY',
      payerName,
      payerAccount: payerAccount ?? '',
      payerBank: payerBank ?? '',
      remittance: remittance ?? '',
      isSumWrong: false,
    });
    return { noticeId, isNew: accepted === 1 };
  }

  @Mutation()
  @Requires('bank-receipt.take')
  async settleBankEntry({ id, note }: { id: string; note: string }) {
    return asideView(await this.service.settleAside(id, note));
  }

  @Field()
  amount({ fen }: BankReceipt): Fen {
    return fen;
  }

  @Field()
  matched({ matchedFen }: BankReceipt): Fen {
    return matchedFen;
  }

  @Field()
  refundable({ refundableFen }: BankReceipt): Fen {
    return refundableFen;
  }

  @Field()
  left({ leftFen }: BankReceipt): Fen {
    return leftFen;
  }

  @Field()
  state({ state }: BankReceipt): string {
    return state.toUpperCase();
  }

  @Field()
  ageDays({ bookedOn }: BankReceipt): number {
    return this.service.ageOf(bookedOn);
  }
}

const asideView = (aside: EntryAside) => ({
  ...aside,
  reason: remarkOf(aside.code as ProblemCode).sentence.zh,
});
