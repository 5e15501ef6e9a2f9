import { Refusal } from '@app/kernel';

/** Every way a complaint can say no. */
export const refuse = {
  unknown: (id: string) =>
    new Refusal(
      'COMPLAINT_UNKNOWN',
      { zh: `没有编号为 ${id} 的投诉，或您无权查看。`, en: `There is no complaint ${id} that you may see.` },
      { id },
    ),
  codeWrong: () =>
    new Refusal('COMPLAINT_CODE_WRONG', {
      zh: '编号或查询码不正确。请核对受理单上的编号和查询码。',
      en: 'The number or the code is wrong. Look at the slip that you were given.',
    }),
  notAnOffice: (office: string) =>
    new Refusal(
      'COMPLAINT_OFFICE_UNREADABLE',
      {
        zh: `“${office}”不是区划代码，请填 4、6、9 或 12 位数字，写明被投诉的机关所在区划。`,
        en: `"${office}" is no division; give 4, 6, 9 or 12 digits of the office you complain of.`,
      },
      { office },
    ),
  officeTooHigh: (office: string) =>
    new Refusal(
      'COMPLAINT_OFFICE_TOO_HIGH',
      {
        zh: `${office} 之上没有可受理的机关。请按信访条例向其上级机关提出。`,
        en: `Nobody above ${office} works in this system. Turn to its superior authority by letter or visit.`,
      },
      { office },
    ),
  wording: (field: string, least: number, most: number) =>
    new Refusal(
      'COMPLAINT_WORDING',
      { zh: `${field} 请写 ${least} 至 ${most} 字。`, en: `${field} takes ${least} to ${most} characters.` },
      { field, least, most },
    ),
  paperNeeded: () =>
    new Refusal('COMPLAINT_PAPER', {
      zh: '投诉索要材料时请写明是哪一项材料；其他投诉请不要填写。',
      en: 'A complaint about a paper says which one; other complaints name none.',
    }),
  requestUnknown: () =>
    new Refusal('COMPLAINT_REQUEST_UNKNOWN', {
      zh: '没有您可以查看的这项服务申请。请登录后投诉，或填写事项编号。',
      en: 'There is no such request that you may see. Sign in, or give the number of the matter instead.',
    }),
  tooMany: (most: number) =>
    new Refusal(
      'COMPLAINT_TOO_MANY',
      {
        zh: `该县本小时的匿名投诉已达 ${most} 件。请稍后再试，或登录后实名投诉，不受此限。`,
        en: `This county has taken ${most} complaints without a name in this hour. Try later, or sign in: then there is no such limit.`,
      },
      { most },
    ),
  tooManyOwn: (most: number) =>
    new Refusal(
      'COMPLAINT_TOO_MANY_OWN',
      {
        zh: `您今天已投诉 ${most} 件。请明天再试，或到窗口办理。`,
        en: `You have filed ${most} complaints today. Try tomorrow, or come to the counter.`,
      },
      { most },
    ),
  wrongState: (state: string, needed: readonly string[]) =>
    new Refusal(
      'COMPLAINT_WRONG_STATE',
      {
        zh: `该投诉处于 ${state}，此操作需要 ${needed.join('、')}。`,
        en: `The complaint stands at ${state}; this needs ${needed.join(' or ')}.`,
      },
      { state, needed },
    ),
  notResponsible: (responsible: string) =>
    new Refusal(
      'COMPLAINT_NOT_RESPONSIBLE',
      {
        zh: `该投诉由 ${responsible} 负责，移交经接受后方可由其他机关办理。`,
        en: `${responsible} is responsible for this complaint, until another accepted it.`,
      },
      { responsible },
    ),
  notOwn: () =>
    new Refusal('COMPLAINT_OF_OTHERS', {
      zh: '只有投诉人本人可以撤回。',
      en: 'Only whoever complained takes a complaint back.',
    }),
  sameOfficer: () =>
    new Refusal('COMPLAINT_SAME_OFFICER', {
      zh: '对未支持的投诉重新办理，应由另一位人员进行。',
      en: 'A complaint that was not upheld is looked at again by another officer.',
    }),
  toTheOffice: (office: string) =>
    new Refusal(
      'COMPLAINT_TO_THE_OFFICE',
      {
        zh: `不能移交给被投诉的机关 ${office}。`,
        en: `A complaint is not handed to the office it is about, ${office}.`,
      },
      { office },
    ),
  handOverWaits: () =>
    new Refusal('COMPLAINT_HAND_OVER_WAITS', {
      zh: '已有一项移交等待答复。',
      en: 'A hand-over is waiting for its answer already.',
    }),
  handOverUnknown: () =>
    new Refusal('COMPLAINT_HAND_OVER_UNKNOWN', {
      zh: '没有等待您答复的移交。',
      en: 'No hand-over of this complaint waits for you.',
    }),
};
