import { Refusal } from '@app/kernel';

/** Every way that naming or finding a resident can be refused. */
export const refuse = {
  unknown: (id: string) =>
    new Refusal(
      'RESIDENT_UNKNOWN',
      {
        zh: `没有编号为 ${id} 的居住人员，或不在您的管辖范围内。请按证件号码查找。`,
        en: `There is no resident ${id}, or not in your division. Find them by their number.`,
      },
      { id },
    ),
  nameUnreadable: () =>
    new Refusal('RESIDENT_NAME_UNREADABLE', {
      zh: '姓名须为 1 至 50 个字，请按证件填写。',
      en: 'A name has 1 to 50 characters; write it as the paper has it.',
    }),
  numberUnreadable: (problem: string) =>
    new Refusal(
      'RESIDENT_NUMBER_UNREADABLE',
      {
        zh: `证件号码有误（${problem}）。请对照证件重新录入，不要改动校验位。`,
        en: `The number is not one (${problem}). Compare it with the paper and enter it again.`,
      },
      { problem },
    ),
  numberOfAnother: () =>
    new Refusal('RESIDENT_NUMBER_OF_ANOTHER', {
      zh: '该证件号码登记在另一姓名下。请核对证件；如确已改名，请先在人口登记中更正。',
      en: 'This number is on record under another name. Compare the paper; after a change of name correct the register first.',
    }),
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
