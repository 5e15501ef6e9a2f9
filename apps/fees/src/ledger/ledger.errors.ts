import { Refusal } from '@app/kernel';

/** Every way looking at accounts can say no. */
export const refuse = {
  unknown: (account: string) =>
    new Refusal(
      'FEE_ACCOUNT_UNKNOWN',
      {
        zh: '没有这个账户，或不在您的查看范围内。请从账户余额中选择账户代码。',
        en: 'There is no such account, or you may not see it; take a code from the list of balances.',
      },
      { account },
    ),
};
