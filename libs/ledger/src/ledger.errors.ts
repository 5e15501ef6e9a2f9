import { Refusal } from '@app/kernel';

/** Every way the ledger can say no. */
export const refuse = {
  noCover: () =>
    new Refusal('LEDGER_NO_COVER', {
      zh: '账户余额不足，转账未入账。请先下达资金或减少金额。',
      en: 'An account does not hold enough money, so nothing was moved. Release funds or lower the amount.',
    }),
  idReused: (id: string) =>
    new Refusal(
      'LEDGER_TRANSFER_ID_REUSED',
      {
        zh: '该转账编号已用于内容不同的转账。请为新转账使用新编号。',
        en: 'This transfer id was used before with other content. Give a new transfer a new id.',
      },
      { id },
    ),
  unknownAccount: () =>
    new Refusal('LEDGER_UNKNOWN_ACCOUNT', {
      zh: '转账涉及不存在的账户。请先开立账户。',
      en: 'A transfer names an account that does not exist. Open the account first.',
    }),
  notPending: () =>
    new Refusal('LEDGER_NOT_PENDING', {
      zh: '要过账或撤销的预留转账不存在、内容不符或已经结束。请核对预留转账编号。',
      en: 'The transfer to post or void is not pending: it does not exist, differs, or has ended. Check its id.',
    }),
  kindDiffers: (code: string) =>
    new Refusal(
      'LEDGER_ACCOUNT_KIND_DIFFERS',
      {
        zh: '该账户已以另一类别开立。请使用另一账户代码。',
        en: 'This account exists with another kind. Use another account code.',
      },
      { account: code },
    ),
};
