import { Refusal } from '@app/kernel';

/** Every way this slice can say no. */
export const refuse = {
  unknown: (id: string) =>
    new Refusal(
      'REFUND_UNKNOWN',
      {
        zh: '没有这笔退付，或不在您的查看范围内。请核对编号。',
        en: 'There is no such refund, or you may not see it; check the id.',
      },
      { id },
    ),
  cannotMove: (from: string, to: string) =>
    new Refusal(
      'REFUND_CANNOT_MOVE',
      {
        zh: `退付处于“${from}”，不能转为“${to}”。请先查看办理进度。`,
        en: `A refund that is ${from} cannot become ${to}; look at its progress first.`,
      },
      { from, to },
    ),
  moreThanReceived: () =>
    new Refusal('REFUND_MORE_THAN_RECEIVED', {
      zh: '退付合计超过实际收到的可退金额。请核对该笔收款和已有的退付。',
      en: 'This would give back more than was received and may go back; check the receipt and its other refunds.',
    }),
  receiptNotQuoted: () =>
    new Refusal('REFUND_RECEIPT_NOT_QUOTED', {
      zh: '该笔款项已开具财政票据，退付须填写原票据号码，且须与记录一致。',
      en: 'A fiscal receipt was issued for this money; give its number exactly as it stands on the receipt.',
    }),
  accountMissing: () =>
    new Refusal('REFUND_ACCOUNT_MISSING', {
      zh: '没有原缴款账户的记录，请填写户名、账号和开户行。',
      en: 'The account that the money came from is not on record; give its holder, number and bank.',
    }),
  notThePayer: () =>
    new Refusal('REFUND_NOT_TO_THE_PAYER', {
      zh: '款项只退给原缴款人。户名与缴款人姓名不一致，请核对。',
      en: 'Money goes back to who paid it only, and the holder of this account is somebody else.',
    }),
  accountUnreadable: () =>
    new Refusal('REFUND_ACCOUNT_UNREADABLE', {
      zh: '账号只能由 1 至 34 位字母、数字、短横组成，户名和开户行不能为空。请更正。',
      en: 'An account number is 1 to 34 letters, digits and dashes, with a holder and a bank; correct it.',
    }),
  sameOfficer: () =>
    new Refusal('REFUND_NEEDS_SECOND_OFFICER', {
      zh: '核实人不能同时审批，请由另一名财政人员审批。',
      en: 'Who verified a refund may not approve it; another officer has to.',
    }),
  reasonMissing: () =>
    new Refusal('REFUND_REASON_MISSING', {
      zh: '请写明理由，4 至 200 字。',
      en: 'Give a reason of 4 to 200 characters.',
    }),
};

/** What the constraints of this slice mean to whoever runs into them. */
export function explainConstraint(name: string): Refusal | undefined {
  if (name === 'refund_gives_back_no_more_than_was_received') return refuse.moreThanReceived();
  if (name === 'refund_quotes_its_receipt') return refuse.receiptNotQuoted();
  if (name === 'refund_needs_two_officers') return refuse.sameOfficer();
  return undefined;
}
