import { Refusal } from '@app/kernel';

/** Every way this slice can say no. */
export const refuse = {
  unknown: (id: string) =>
    new Refusal(
      'RECEIVABLE_UNKNOWN',
      {
        zh: '没有这笔应收款，或不在您的查看范围内。请核对编号。',
        en: 'There is no such receivable, or you may not see it; check the id.',
      },
      { id },
    ),
  notAnAmount: (fen: bigint) =>
    new Refusal(
      'RECEIVABLE_AMOUNT_INVALID',
      {
        zh: '金额必须大于零（单位：分）。请核对决定书。',
        en: 'The amount must be more than zero fen; check the decision.',
      },
      { fen: fen.toString() },
    ),
  sharesDiffer: (fen: bigint, shared: bigint) =>
    new Refusal(
      'RECEIVABLE_SHARES_DIFFER',
      {
        zh: '各级各年度份额之和与决定金额不一致，请按原支付记录核对。',
        en: 'The shares of the budgets do not sum to the amount that was decided; compare them with what was paid.',
      },
      { fen: fen.toString(), shared: shared.toString() },
    ),
  openedOtherwise: (matterId: string) =>
    new Refusal(
      'RECEIVABLE_OPENED_OTHERWISE',
      {
        zh: '该案件已有金额不同的应收款。一案只立一笔，请用“调整金额”办理。',
        en: 'This case has a receivable of another amount already; a case has one, which a later decision can cut.',
      },
      { matterId },
    ),
  cutTooLarge: (fen: bigint, most: bigint) =>
    new Refusal(
      'RECEIVABLE_CUT_TOO_LARGE',
      {
        zh: '减少的金额超过可减少的数额。免除、停止追缴只针对未收部分；改变决定不得超过原决定金额。',
        en: 'The cut is larger than what can be cut: a waiver or a ceasing takes off only what is open, a changed decision no more than was decided.',
      },
      { fen: fen.toString(), most: most.toString() },
    ),
  onItsWay: (id: string) =>
    new Refusal(
      'RECEIVABLE_MONEY_ON_ITS_WAY',
      {
        zh: '应退还的款项正在解缴国库途中。请待解缴确认后再办理，届时从国库退付。',
        en: 'The money to give back is on its way to the treasury; do this again once the remittance is confirmed, and it comes out of the treasury.',
      },
      { id },
    ),
  noteMissing: () =>
    new Refusal('RECEIVABLE_NOTE_MISSING', {
      zh: '请写明理由，4 至 200 字。',
      en: 'Give a reason of 4 to 200 characters.',
    }),
  moreThanOpen: (fen: bigint, open: bigint) =>
    new Refusal(
      'RECEIVABLE_PAID_BEYOND_OPEN',
      {
        zh: '收款金额超过未收余额，超出部分应退还缴款人，不得抵作他用。',
        en: 'The payment is more than what is open; the rest goes back to the payer and is set off against nothing.',
      },
      { fen: fen.toString(), open: open.toString() },
    ),
  receiptUnknown: (receiptId: string) =>
    new Refusal(
      'RECEIVABLE_RECEIPT_UNKNOWN',
      {
        zh: '该笔银行收款尚未入账，或已全部使用。请先登记收款。',
        en: 'This bank receipt is not in the ledger, or is used up; record the receipt first.',
      },
      { receiptId },
    ),
  remittedAlready: () =>
    new Refusal('RECEIVABLE_REMITTED_ALREADY', {
      zh: '该款项已经或正在上缴国库，不能撤销匹配。请按退付程序办理。',
      en: 'This money is with the treasury or on its way there, so that the match stays; give the money back as a refund.',
    }),
  receiptTaken: () =>
    new Refusal('RECEIVABLE_RECEIPT_TAKEN', {
      zh: '该笔银行收款已计入这笔应收款，不重复计入。',
      en: 'This bank receipt was counted for this receivable already; it is counted once.',
    }),
};

/** What the constraints of this slice mean to whoever runs into them. */
export function explainConstraint(name: string): Refusal | undefined {
  if (name === 'receivable_takes_a_receipt_once') return refuse.receiptTaken();
  if (name === 'receivable_takes_no_more_than_the_receipt') return refuse.receiptUnknown('');
  if (name === 'receivable_open_is_never_negative') return refuse.moreThanOpen(0n, 0n);
  if (name === 'receivable_is_opened_once_a_matter') return refuse.openedOtherwise('');
  return undefined;
}
