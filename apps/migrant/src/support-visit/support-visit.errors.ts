import { Refusal } from '@app/kernel';

/** Every way support visits can say no. */
export const refuse = {
  consentUnknown: (id: string) =>
    new Refusal(
      'SUPPORT_CONSENT_UNKNOWN',
      {
        zh: `没有编号为 ${id} 的探访同意。已收回或到期的同意及其记录均已删除。`,
        en: `There is no consent ${id}. What was taken back or is over is deleted with everything it carried.`,
      },
      { id },
    ),
  visitUnknown: (id: string) =>
    new Refusal(
      'SUPPORT_VISIT_UNKNOWN',
      { zh: `没有编号为 ${id} 的探访，或您无权查看。`, en: `There is no support visit ${id} that you may see.` },
      { id },
    ),
  notADivision: (division: string) =>
    new Refusal(
      'SUPPORT_DIVISION_UNREADABLE',
      {
        zh: `“${division}”不是行政区划代码，请填 6、9 或 12 位数字。`,
        en: `"${division}" is no division of a county or below; give 6, 9 or 12 digits.`,
      },
      { division },
    ),
  guardianNeeded: () =>
    new Refusal('SUPPORT_NEEDS_GUARDIAN', {
      zh: '未成年人的探访须由监护人同意，请填写监护人姓名；线上请选择本人的未成年子女。',
      en: 'Visits to a child need a guardian’s consent: give the guardian’s name, and online choose one of your own minor children.',
    }),
  notYours: () =>
    new Refusal('SUPPORT_PERSON_OF_OTHERS', {
      zh: '只能为本人或本人未成年子女同意；他人的同意须由其本人或监护人作出。',
      en: 'You may consent for yourself and your minor children; others, or their guardians, consent themselves.',
    }),
  documentNeeded: () =>
    new Refusal('SUPPORT_NEEDS_DOCUMENT', {
      zh: '窗口登记须注明本人或监护人签署的同意书（2 至 100 字）。',
      en: 'At the counter name the consent that the person or guardian signed (2 to 100 characters).',
    }),
  scopeEmpty: () =>
    new Refusal('SUPPORT_SCOPE_EMPTY', {
      zh: '请至少选择一项同意的内容。',
      en: 'Choose at least one thing that is consented to.',
    }),
  daysUnusable: (startsOn: string, latest: string) =>
    new Refusal(
      'SUPPORT_DAYS',
      {
        zh: `同意自 ${startsOn} 起，必须写明结束日期，且不晚于 ${latest}。`,
        en: `A consent from ${startsOn} ends on a later day, by ${latest} at the latest.`,
      },
      { startsOn, latest },
    ),
  consentedAlready: () =>
    new Refusal('SUPPORT_CONSENTED_ALREADY', {
      zh: '该期间已有同意。请先收回原同意，再重新登记。',
      en: 'There is a consent for these days already. Take it back first, then give the new one.',
    }),
  outsideConsent: (purpose: string, day: string) =>
    new Refusal(
      'SUPPORT_OUTSIDE_CONSENT',
      {
        zh: `同意的范围或期限不包括 ${day} 的 ${purpose}。请只在同意范围内安排。`,
        en: `The consent does not cover ${purpose} on ${day}. Offer only what was consented to.`,
      },
      { purpose, day },
    ),
  wrongState: (state: string, needed: readonly string[]) =>
    new Refusal(
      'SUPPORT_WRONG_STATE',
      {
        zh: `该探访处于 ${state}，此操作需要 ${needed.join('、')}。`,
        en: `The visit stands at ${state}; this needs ${needed.join(' or ')}.`,
      },
      { state, needed },
    ),
  notAskedFor: (topic: string, topics: readonly string[]) =>
    new Refusal(
      'SUPPORT_NOTE_NOT_ASKED_FOR',
      {
        zh: `家人没有要求记录 ${topic}。只能记录：${topics.join('、') || '无'}。`,
        en: `The family did not ask to be told of ${topic}. What they asked for: ${topics.join(', ') || 'nothing'}.`,
      },
      { topic, topics },
    ),
  wording: (field: string, least: number, most: number) =>
    new Refusal(
      'SUPPORT_WORDING',
      { zh: `${field} 请写 ${least} 至 ${most} 字。`, en: `${field} takes ${least} to ${most} characters.` },
      { field, least, most },
    ),
};
