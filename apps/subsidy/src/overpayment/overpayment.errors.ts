import { type Fen, Refusal, yuanText } from '@app/kernel';

/** Every way this slice can say no. Codes are part of the API: add, never rename. */
export const refuse = {
  claimUnknown: (claim: string) =>
    new Refusal(
      'OVERPAYMENT_OF_UNKNOWN_CLAIM',
      {
        zh: `没有编号为 ${claim} 的申请。请核对编号。`,
        en: `There is no claim ${claim}. Check its id.`,
      },
      { claim },
    ),
  notPaid: (claim: string) =>
    new Refusal(
      'OVERPAYMENT_OF_WHAT_IS_NOT_PAID',
      {
        zh: `申请 ${claim} 的款项尚未到账或已退回，没有可追回的款项。未发放的请在待办中处理。`,
        en: `Nothing of claim ${claim} is with the family: it has not arrived, or came back. What is not paid is settled on the work-list.`,
      },
      { claim },
    ),
  evidenceMissing: () =>
    new Refusal('OVERPAYMENT_NEEDS_EVIDENCE', {
      zh: '报告多发款项须填写证据文件号，并写明情况（至少 4 个字）。请补充后再报。',
      en: 'Reporting an overpayment needs the number of the document that shows it, and what happened in words (at least 4 characters). Add both and report again.',
    }),
  amountUnfit: (available: Fen) =>
    new Refusal(
      'OVERPAYMENT_AMOUNT_UNFIT',
      {
        zh: `金额须大于零且不超过已发放而尚未认定多发的 ${yuanText(available)} 元。请更正金额。`,
        en: `The amount is above nothing and at most ${yuanText(available)} yuan, which is what was paid and not found already. Correct it.`,
      },
      { available: String(available) },
    ),
  daysUnfit: (from: string, until: string) =>
    new Refusal(
      'OVERPAYMENT_DAYS_UNFIT',
      {
        zh: `起止日须在所发放的期间内（${from} 起，${until} 前）。请更正日期。`,
        en: `The days lie within those paid for: from ${from}, before ${until}. Correct them.`,
      },
      { from, until },
    ),
  alreadyFound: (claim: string, ground: string) =>
    new Refusal(
      'OVERPAYMENT_FOUND_ALREADY',
      {
        zh: `申请 ${claim} 的款项已因同一原因（${ground}）报告或认定多发。请查看该记录。`,
        en: `This payment of claim ${claim} has been reported or found for the same reason (${ground}) already; look at that one.`,
      },
      { claim, ground },
    ),
  unknown: (id: string) =>
    new Refusal(
      'OVERPAYMENT_UNKNOWN',
      { zh: `没有编号为 ${id} 的多发款项。请核对编号。`, en: `There is no overpayment ${id}. Check its id.` },
      { id },
    ),
  notReported: (id: string, state: string) =>
    new Refusal(
      'OVERPAYMENT_NOT_WAITING',
      {
        zh: `多发款项 ${id} 不在待复核状态（${state}），请刷新页面。`,
        en: `Overpayment ${id} does not wait for a second officer (${state}); look again.`,
      },
      { id, state },
    ),
  sameOfficer: (id: string) =>
    new Refusal(
      'OVERPAYMENT_NEEDS_SECOND_OFFICER',
      {
        zh: '报告人不得复核本人报告的多发款项。请由另一名工作人员复核。',
        en: 'Whoever reported an overpayment does not look at it as the second officer. Ask a colleague.',
      },
      { id },
    ),
};
