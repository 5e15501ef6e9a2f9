import { Refusal } from '@app/kernel';

/** Every way asking the household registry can say no, before anything is asked. */
export const refuse = {
  numberUnreadable: () =>
    new Refusal('QUESTION_NUMBER_UNREADABLE', {
      zh: '公民身份号码不正确（位数、校验码或出生日期），请对照证件更正后再查询。',
      en: 'This is no identity number (length, check character or birth date); compare the card, then ask again.',
    }),
  nameMissing: () =>
    new Refusal('QUESTION_NAME_MISSING', {
      zh: '请填写与证件一致的姓名（不超过 100 字）。',
      en: 'Give the name as on the card, at most 100 characters.',
    }),
  purposeUnknown: (purpose: string, known: readonly string[]) =>
    new Refusal(
      'QUESTION_PURPOSE_UNKNOWN',
      {
        zh: `查询事由“${purpose}”不在目录内，请从 ${known.join('、')} 中选择。`,
        en: `The purpose "${purpose}" is not on the list; choose one of ${known.join(', ')}.`,
      },
      { purpose, known },
    ),
  basisMissing: () =>
    new Refusal('QUESTION_BASIS_MISSING', {
      zh: '请写明允许查询的法规条款（2 至 200 字）。',
      en: 'Name the article that allows the question, in 2 to 200 characters.',
    }),
  divisionUnreadable: (division: string) =>
    new Refusal(
      'QUESTION_DIVISION_UNREADABLE',
      {
        zh: `区划代码“${division}”不正确，应为 2、4、6、9 或 12 位数字。`,
        en: `The division code "${division}" is none; it has 2, 4, 6, 9 or 12 digits.`,
      },
      { division },
    ),
  referenceTaken: (reference: string) =>
    new Refusal(
      'QUESTION_REFERENCE_TAKEN',
      {
        zh: `编号 ${reference} 已用于另一查询，请换用新编号。`,
        en: `The reference ${reference} was used for another question; use a new one.`,
      },
      { reference },
    ),
  askerOfAnother: (asker: string) =>
    new Refusal(
      'QUESTION_OF_ANOTHER_ASKER',
      {
        zh: `查询须以本应用的名义提出，不能以 ${asker} 的名义。`,
        en: `An app asks in its own name, not in that of ${asker}.`,
      },
      { asker },
    ),
  locked: () =>
    new Refusal('REGISTRY_LOOKUP_LOCKED', {
      zh: '同一地区和出生日期的号码核验不符或查无次数过多，24 小时内不再受理此类查询，并已记录备查。请核对证件原件，或请监督人员处理。',
      en: 'Too many numbers of one region and birth date did not match or were not found; no more are taken for 24 hours, and this is on record. Compare the paper itself, or ask the supervisor.',
    }),
  spent: (max: number) =>
    new Refusal(
      'REGISTRY_LOOKUP_BUDGET_SPENT',
      {
        zh: `您今日已向登记机关查询 ${max} 人，达到上限，请明日再办或请其他人员办理。`,
        en: `You have asked the registry about ${max} people today, which is the limit; go on tomorrow or ask a colleague.`,
      },
      { max },
    ),
};
