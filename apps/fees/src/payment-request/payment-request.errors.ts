import { Refusal } from '@app/kernel';

/** Every way this slice can say no. */
export const refuse = {
  unknown: (id: string) =>
    new Refusal(
      'PAYMENT_REQUEST_UNKNOWN',
      {
        zh: '没有这份缴款通知，或不在您的查看范围内。请核对编号。',
        en: 'There is no such payment request, or you may not see it; check the id.',
      },
      { id },
    ),
  receivableUnknown: (id: string) =>
    new Refusal(
      'PAYMENT_REQUEST_WITHOUT_RECEIVABLE',
      {
        zh: '没有这笔应收款，或不在您的查看范围内。请先立应收款。',
        en: 'There is no such receivable, or you may not see it; nobody is asked for money without one.',
      },
      { id },
    ),
  notAnAmount: (fen: bigint) =>
    new Refusal(
      'PAYMENT_REQUEST_AMOUNT_INVALID',
      { zh: '缴款金额必须大于零（单位：分）。', en: 'The amount asked for must be more than zero fen.' },
      { fen: fen.toString() },
    ),
  moreThanOpen: (fen: bigint, most: bigint) =>
    new Refusal(
      'PAYMENT_REQUEST_EXCEEDS_OPEN',
      {
        zh: '缴款通知金额之和不得超过未收余额。请减少金额，或先撤回原通知。',
        en: 'Requests may not ask for more than is open; ask for less, or withdraw an earlier request first.',
      },
      { fen: fen.toString(), most: most.toString() },
    ),
  closed: (reference: string, state: string) =>
    new Refusal(
      'PAYMENT_REQUEST_CLOSED',
      {
        zh: '该缴款通知已缴清或已撤回，不能再计入收款。请由经办人核对。',
        en: 'This request is paid or withdrawn, so no payment counts for it any more; an officer looks at the payment.',
      },
      { reference, state },
    ),
  paidBeyond: (fen: bigint, left: bigint) =>
    new Refusal(
      'PAYMENT_REQUEST_PAID_BEYOND',
      {
        zh: '收款金额超过该缴款通知的未缴余额，超出部分应退还缴款人。',
        en: 'The payment is more than this request has left; the rest goes back to the payer.',
      },
      { fen: fen.toString(), left: left.toString() },
    ),
  reasonMissing: () =>
    new Refusal('PAYMENT_REQUEST_REASON_MISSING', {
      zh: '请写明撤回理由，4 至 200 字。',
      en: 'Give a reason of 4 to 200 characters for withdrawing.',
    }),
};

/** What the constraints of this slice mean to whoever runs into them. */
export function explainConstraint(name: string): Refusal | undefined {
  if (name === 'payment_requests_never_exceed_what_is_open') return refuse.moreThanOpen(0n, 0n);
  if (name === 'payment_request_is_open_when_paid' || name === 'payment_request_moves') return refuse.closed('', '');
  if (name === 'payment_request_is_never_paid_beyond') return refuse.paidBeyond(0n, 0n);
  return undefined;
}
