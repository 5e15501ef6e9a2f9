import type { Database } from '@app/database';
import { CLOCK, type Clock, yuanText } from '@app/kernel';
import { Inject, Injectable } from '@nestjs/common';
import { FEES_DATABASE } from '../fees.tokens';
import { LetterService } from '../letter/letter.service';
import type { LetterRow } from '../letter/letter.types';
import { ParameterService } from '../parameter/parameter.service';
import { refuse } from './payment-request.errors';
import { PaymentRequestRepository } from './payment-request.repository';
import { printedReference } from './payment-request.rules';
import { isOpen } from './payment-request.state';

const KIND = 'payment-request';
/** The account that money is to be paid into: dated rows by region, as the county's finance department has them. */
const ACCOUNT = ['payment-request.account-name', 'payment-request.account-bank', 'payment-request.account-number'];

/** The slip that somebody pays by: amount, reference, day, account. */
@Injectable()
export class PaymentSlipService {
  constructor(
    @Inject(FEES_DATABASE) private readonly database: Database,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly requests: PaymentRequestRepository,
    private readonly letters: LetterService,
    private readonly parameters: ParameterService,
  ) {}

  /** The slip of a request: made once, the same one again afterwards. Refuses what no longer asks for anything. */
  async write(requestId: string): Promise<LetterRow> {
    const letterId = await this.database.write(async (tx) => {
      const request = await this.requests.byId(tx, requestId);
      if (!request) throw refuse.unknown(requestId);
      const [before] = await this.letters.findAbout(tx, [requestId]);
      if (before) return before.id;
      if (!isOpen(request.state)) throw refuse.closed(request.reference, request.state);

      const [today, { divisionCode }] = [this.clock.today(), request];
      const text = (name: string) => this.parameters.text(tx, name, divisionCode, today);
      const officeName = await text('letter.office-name');
      const [holder, bank, account] = [await text(ACCOUNT[0]!), await text(ACCOUNT[1]!), await text(ACCOUNT[2]!)];
      tx.concern(KIND, [requestId]);
      return this.letters.make(tx, {
        kind: 'payment-request',
        aboutId: requestId,
        divisionCode,
        officeName,
        recipient: { name: request.debtorName, key: request.debtorKey },
        title: '缴款通知书',
        titleEn: 'Payment request',
        lines: [
          ['缴款人', request.debtorName],
          ['缴款编号', printedReference(request.reference)],
          ['应缴金额', `${yuanText(request.fen)} 元`],
          ['缴款期限', request.dueOn ?? '按决定书所定期限'],
          ['收款户名', holder],
          ['开户银行', bank],
          ['收款账号', account],
        ],
        paragraphs: [
          '请转账到上述账户，并在附言中写明缴款编号，以便及时核对入账。编号末两位为校验码，写错一位即不能识别。',
          '本通知依据已经送达的决定作出，不收取利息和滞纳金，不从您的其他待遇中抵扣。可以由他人代缴；多缴的款项退回原缴款人。',
          '一次缴清有困难的，可以申请分期缴纳。对决定有异议的，按决定书告知的期限和途径申请复议或者提起诉讼。本机关不以个人账户收款。',
        ],
        small:
          'Please transfer the amount to the account above and write the payment number on your transfer. No interest and no surcharge is added, and nothing is set off against other benefits. If you cannot pay at once you may ask for instalments.',
      });
    });
    return (await this.letters.about([requestId])).find(({ id }) => id === letterId)!;
  }
}
