import { Refusal } from '@app/kernel';

/** Every way reading the register can say no. */
export const refuse = {
  nameTooShort: () =>
    new Refusal('NAME_TO_SEARCH_EMPTY', {
      zh: '按姓名查找时请至少输入一个字。',
      en: 'To search by name, give at least one character of it.',
    }),
  personUnknown: (id: string) =>
    new Refusal(
      'PERSON_UNKNOWN',
      {
        zh: `没有编号为 ${id} 的人员或其无证件号码。`,
        en: `There is no person ${id}, or none with an identity number.`,
      },
      { id },
    ),
  reasonMissing: () =>
    new Refusal('REVEAL_NEEDS_A_REASON', {
      zh: '查看完整号码须写明理由（4 至 200 字）和对应的申请或待办编号。',
      en: 'To be shown a whole number, give a reason of 4 to 200 characters and the claim or case it is for.',
    }),
  revealsSpent: (max: number) =>
    new Refusal(
      'REVEAL_BUDGET_SPENT',
      {
        zh: `您在 24 小时内已查看 ${max} 个完整号码，达到上限。请由其他人员办理或次日再办。`,
        en: `You were shown ${max} whole numbers within 24 hours, which is the limit; ask a colleague or go on tomorrow.`,
      },
      { max },
    ),
};
