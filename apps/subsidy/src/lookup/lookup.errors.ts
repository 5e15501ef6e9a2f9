import { Refusal } from '@app/kernel';

/** Every way a look-up by number can be refused before anybody is looked for. */
export const refuse = {
  locked: () =>
    new Refusal('LOOKUP_LOCKED', {
      zh: '同一地区和出生日期的号码查无次数过多，24 小时内不再受理此类查询，并已记录备查。请核对证件原件，或请监督人员处理。',
      en: 'Too many numbers of one region and birth date were looked up and not found; no more are taken for 24 hours, and this is on record. Compare the paper itself, or ask the supervisor.',
    }),
  spent: (max: number) =>
    new Refusal(
      'LOOKUP_BUDGET_SPENT',
      {
        zh: `您今日已按号码查询 ${max} 人，达到上限，请明日再办或请其他人员办理。`,
        en: `You have looked ${max} people up by number today, which is the limit; go on tomorrow or ask a colleague.`,
      },
      { max },
    ),
};
