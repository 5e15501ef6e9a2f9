import { Refusal } from '@app/kernel';

/** Every way this slice can say no. */
export const refuse = {
  unknown: (id: string) =>
    new Refusal(
      'RECEIPT_DIFFERENCE_UNKNOWN',
      {
        zh: '没有这项对账差异，或不在您的查看范围内。请核对编号。',
        en: 'There is no such difference, or you may not see it; check the id.',
      },
      { id },
    ),
  endedAlready: () =>
    new Refusal('RECEIPT_DIFFERENCE_ENDED', {
      zh: '该差异已经消除或说明，无需再处理。',
      en: 'This difference is gone or explained already.',
    }),
  accountUnknown: (account: string) =>
    new Refusal(
      'RECEIVING_ACCOUNT_UNKNOWN',
      {
        zh: '没有登记这个收款账户，或不在您的查看范围内。请核对账号。',
        en: 'No such receiving account is on record, or you may not see it; check its number.',
      },
      { account },
    ),
  notAnAmount: () =>
    new Refusal('BANK_DAY_TOTAL_SHAPE', {
      zh: '笔数和金额不能为负，笔数为零时金额也为零，来源为 2 至 100 字。请更正。',
      en: 'Count and amount are not negative and zero together, and the source has 2 to 100 characters; correct them.',
    }),
  dayAhead: () =>
    new Refusal('RECEIPT_RECONCILIATION_DAY_AHEAD', {
      zh: '只能对今天及以前的日期对账。请更正日期。',
      en: 'Only today and days before it can be reconciled; correct the day.',
    }),
  monthOpen: () =>
    new Refusal('RECEIPT_MONTH_HAS_DIFFERENCES', {
      zh: '本月还有未消除的对账差异，不能结账。请先逐项处理。',
      en: 'A difference of this month is still open, so it cannot be closed; settle each first.',
    }),
  monthNotReconciled: () =>
    new Refusal('RECEIPT_MONTH_NOT_RECONCILED', {
      zh: '本月有收款日尚未对账，不能结账。请先完成对账。',
      en: 'A day of this month with receipts was not reconciled since they came, so it cannot be closed; reconcile it first.',
    }),
  monthNotOver: () =>
    new Refusal('RECEIPT_MONTH_NOT_OVER', {
      zh: '本月尚未结束，不能结账。请在次月办理。',
      en: 'This month is not over; close it in the next.',
    }),
  monthClosed: () => new Refusal('RECEIPT_MONTH_CLOSED', { zh: '本月已经结账。', en: 'This month is closed already.' }),
  notAMonth: (month: string) =>
    new Refusal(
      'RECEIPT_MONTH_UNREADABLE',
      { zh: `“${month}”不是月份，请写成 2026-03 的形式。`, en: `"${month}" is not a month; write it like 2026-03.` },
      { month },
    ),
  noteMissing: () =>
    new Refusal('RECEIPT_DIFFERENCE_NOTE_MISSING', {
      zh: '请写明原因和处理结果，4 至 400 字。',
      en: 'Say why and what was done, in 4 to 400 characters.',
    }),
};

/** What the constraints of this slice mean to whoever runs into them. */
export function explainConstraint(name: string): Refusal | undefined {
  if (name === 'receipt_month_has_no_difference') return refuse.monthOpen();
  if (name === 'receipt_month_is_reconciled') return refuse.monthNotReconciled();
  if (name === 'receipt_month_is_over') return refuse.monthNotOver();
  if (name === 'receipt_month_pkey') return refuse.monthClosed();
  if (name === 'receipt_difference_ends_once') return refuse.endedAlready();
  if (name.startsWith('bank_day_total_')) return refuse.notAnAmount();
  return undefined;
}
