import { Refusal } from '@app/kernel';

/** Every way naming an officer to the registry can say no. */
export const refuse = {
  numberUnreadable: () =>
    new Refusal('NOMINATION_NUMBER_UNREADABLE', {
      zh: '查询人的公民身份号码不正确，请对照证件更正：登记机关只接受真实经办人。',
      en: 'The officer’s identity number is not one; compare the card. The registry takes questions of real officers only.',
    }),
  unitUnreadable: (unitCode: string) =>
    new Refusal(
      'NOMINATION_UNIT_UNREADABLE',
      {
        zh: `单位代码“${unitCode}”应为 6 至 18 位数字或大写字母，单位名称不得为空。`,
        en: `The unit code "${unitCode}" must be 6 to 18 digits or capitals, and the unit must have a name.`,
      },
      { unitCode },
    ),
  overlaps: (officer: string) =>
    new Refusal(
      'NOMINATION_OVERLAPS',
      {
        zh: `${officer} 在该期间已是查询人，或该区划已有负责人。请先终止原指定。`,
        en: `${officer} is nominated for that time already, or the division has its responsible officer; end that first.`,
      },
      { officer },
    ),
  oneself: () =>
    new Refusal('NOMINATION_OF_ONESELF', {
      zh: '不得指定自己为查询人，请由其他人员办理。',
      en: 'Nobody nominates themselves; ask another officer.',
    }),
  unknown: (id: string) =>
    new Refusal(
      'NOMINATION_UNKNOWN',
      { zh: `没有编号为 ${id} 的有效指定。`, en: `There is no nomination ${id} that still runs.` },
      { id },
    ),
  nobody: (division: string) =>
    new Refusal(
      'NOBODY_NOMINATED',
      {
        zh: `您未被指定为 ${division} 的查询人：登记机关的每次查询须有实名经办人。请由县级先行指定。`,
        en: `You are not nominated to ask for ${division}: every question to the registry bears a real officer’s name. The county nominates first.`,
      },
      { division },
    ),
};
