import { Refusal } from '@app/kernel';

/** Every way this slice can say no. A booking that is not taken in is no refusal: it is set aside with its reason. */
export const refuse = {
  accountUnknown: () =>
    new Refusal('RECEIVING_ACCOUNT_UNKNOWN', {
      zh: '没有登记这个收款账户，或不在您的查看范围内。请核对账号，或先登记账户。',
      en: 'There is no such receiving account, or you may not see it; check its number, or open it first.',
    }),
  accountOpened: () =>
    new Refusal('RECEIVING_ACCOUNT_OPENED', {
      zh: '这个收款账户已经登记。一个账户只属于一个县。',
      en: 'This receiving account is open already; an account is one county’s only.',
    }),
  accountUnreadable: () =>
    new Refusal('RECEIVING_ACCOUNT_UNREADABLE', {
      zh: '账号只能由 1 至 34 位字母、数字、短横组成，户名和开户行不能为空。请更正。',
      en: 'An account number is 1 to 34 letters, digits and dashes, with a holder and a bank; correct it.',
    }),
  divisionUnreadable: (division: string) =>
    new Refusal(
      'RECEIVING_ACCOUNT_DIVISION_UNREADABLE',
      {
        zh: `“${division}”不是行政区划代码，请填 6 或 12 位数字。`,
        en: `"${division}" is no division code; give 6 or 12 digits.`,
      },
      { division },
    ),
  otherAccount: (accounts: number) =>
    new Refusal(
      'BANK_NOTICE_OF_ANOTHER_ACCOUNT',
      {
        zh: '这份通知含有其他账户的记账，全部未处理。请选择本账户的通知，或让银行按账户分开。',
        en: 'This notice tells of another account, and nothing of it was applied. Choose the notice of this account, or have the bank split it.',
      },
      { accounts },
    ),
  tooManyEntries: (limit: number) =>
    new Refusal(
      'BANK_NOTICE_TOO_LONG',
      {
        zh: `一份文件最多 ${limit} 笔，全部未处理。请分成几个文件。`,
        en: `A file holds at most ${limit} bookings, and nothing of it was applied; split it.`,
      },
      { limit },
    ),
  entryRefused: (code: string, zh: string, en: string) =>
    new Refusal('BANK_ENTRY_REFUSED', { zh: `未登记：${zh}`, en: `Nothing was recorded: ${en}` }, { code }),
  receiptUnknown: (id: string) =>
    new Refusal(
      'BANK_RECEIPT_UNKNOWN',
      {
        zh: '没有这笔到账，或不在您的查看范围内。请核对编号。',
        en: 'There is no such bank receipt, or you may not see it; check the id.',
      },
      { id },
    ),
  asideUnknown: (id: string) =>
    new Refusal(
      'BANK_ENTRY_ASIDE_UNKNOWN',
      {
        zh: '没有这条待核记账，或不在您的查看范围内。请核对编号。',
        en: 'There is no such booking set aside, or you may not see it; check the id.',
      },
      { id },
    ),
  asideSettled: () =>
    new Refusal('BANK_ENTRY_ASIDE_SETTLED', {
      zh: '这条待核记账已有人处理。请刷新后查看。',
      en: 'Somebody has settled this booking already; look again.',
    }),
  noteMissing: () =>
    new Refusal('BANK_ENTRY_NOTE_MISSING', {
      zh: '请写明处理情况，4 至 200 字。',
      en: 'Say what was done, in 4 to 200 characters.',
    }),
};

/** What the constraints of this slice mean to whoever runs into them. */
export function explainConstraint(name: string): Refusal | undefined {
  if (name === 'receiving_account_pkey') return refuse.accountOpened();
  if (name === 'bank_entry_aside_is_settled_once') return refuse.asideSettled();
  return undefined;
}
