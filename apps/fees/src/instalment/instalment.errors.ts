import { Refusal } from '@app/kernel';

const YUAN = (fen: bigint): string => `${fen / 100n}.${(fen % 100n).toString().padStart(2, '0')}`;

/** Every way this slice can say no. Hardship is none of them. */
export const refuse = {
  planUnknown: (id: string) =>
    new Refusal(
      'INSTALMENT_PLAN_UNKNOWN',
      {
        zh: '没有这份分期方案，或不在您的查看范围内。请核对编号。',
        en: 'There is no such plan, or you may not see it; check the id.',
      },
      { id },
    ),
  nothingOwed: (caseId: string) =>
    new Refusal(
      'INSTALMENT_NOTHING_OWED',
      {
        zh: '本案目前没有待缴款项，不需要分期。决定送达后仍有余额的，可以再提出。',
        en: 'Nothing is owed in this case now, so there is nothing to divide; a decision has to be served first, and something be open.',
      },
      { caseId },
    ),
  termsUnclear: () =>
    new Refusal('INSTALMENT_TERMS_UNCLEAR', {
      zh: '请在“月数”和“每月金额”中只填一项：月数为 1 至 600 的整数，每月金额至少 1 元。',
      en: 'Give either a number of months, 1 to 600, or a monthly sum of at least one yuan, and not both.',
    }),
  declarationUnclear: () =>
    new Refusal('INSTALMENT_DECLARATION_UNCLEAR', {
      zh: '申报的收入、必要支出应为不小于 0 的金额，家庭人数应为 1 至 30。不需要任何证明材料。',
      en: 'Declare income and outlays as amounts of nothing or more, and a household of 1 to 30 people; no papers are asked for.',
    }),
  tooManyMonths: (months: number) =>
    new Refusal(
      'INSTALMENT_TOO_MANY_MONTHS',
      {
        zh: `分期最长 ${months} 个月。缴纳确有困难的，请申报收入和必要支出，期限可以延长。`,
        en: `A plan lasts at most ${months} months; if that is too hard, declare your income and outlays, and it may last longer.`,
      },
      { months },
    ),
  tooLittle: (leastFen: bigint) =>
    new Refusal(
      'INSTALMENT_TOO_LITTLE',
      {
        zh: `每期至少 ${YUAN(leastFen)} 元。缴纳确有困难的，请申报收入和必要支出，每期金额可以降低。`,
        en: `An instalment is at least ${YUAN(leastFen)} yuan; if that is too hard, declare your income and outlays, and it may be less.`,
      },
      { least: YUAN(leastFen) },
    ),
  moreThanAffordable: (affordableFen: bigint) =>
    new Refusal(
      'INSTALMENT_MORE_THAN_AFFORDABLE',
      {
        zh: `按本人申报，每月可负担 ${YUAN(affordableFen)} 元。机关提出的每期金额不得高于此数；无力负担的，请研究减免。`,
        en: `By their own declaration the person can pay ${YUAN(affordableFen)} yuan a month; an officer's plan asks for no more. Where nothing can be paid, look into a waiver.`,
      },
      { affordable: YUAN(affordableFen) },
    ),
  pauseTooLong: (months: number) =>
    new Refusal(
      'INSTALMENT_PAUSE_TOO_LONG',
      {
        zh: `首期最迟和中途暂缓均不超过 ${months} 个月。确有困难的，请申报收入和必要支出。`,
        en: `At most ${months} months may go by before the first instalment or between two; if that is too short, declare your income and outlays.`,
      },
      { months },
    ),
  pauseNowhere: () =>
    new Refusal('INSTALMENT_PAUSE_NOWHERE', {
      zh: '暂缓应在两期之间：请填在第几期之后、暂缓几个月。',
      en: 'A pause lies between two instalments: say after which, and for how many months.',
    }),
  beginsTooSoon: () =>
    new Refusal('INSTALMENT_BEGINS_TOO_SOON', {
      zh: '首期应在明天或以后。',
      en: 'The first instalment falls due tomorrow at the earliest.',
    }),
  proposalOpen: () =>
    new Refusal('INSTALMENT_PROPOSAL_OPEN', {
      zh: '您方已有一份方案等待对方答复。请先撤回，再提出新的方案。',
      en: 'A proposal of your side waits for an answer; withdraw it before you make another.',
    }),
  proposalTooOld: () =>
    new Refusal('INSTALMENT_PROPOSAL_TOO_OLD', {
      zh: '方案的首期已到，不能再同意。请撤回后重新提出，首期定在明天或以后。',
      en: 'The first day of this proposal has come; withdraw it and propose one that begins tomorrow or later.',
    }),
  amountGrew: () =>
    new Refusal('INSTALMENT_AMOUNT_CHANGED', {
      zh: '提出方案后，有一笔到账被撤销，余额已变更。请按现在的余额重新提出。',
      en: 'Since this was proposed a receipt was taken back and more is open; propose a plan over what is open now.',
    }),
  notTheOtherSide: () =>
    new Refusal('INSTALMENT_NEEDS_THE_OTHER_SIDE', {
      zh: '方案须由对方同意：本人提出的由机关同意，机关提出的由本人同意；柜台代录的，由另一名工作人员登记并写明依据。',
      en: 'The other side agrees: the office to a debtor’s plan, the debtor to the office’s; at the counter another officer records it, and on what paper.',
    }),
  evidenceMissing: () =>
    new Refusal('INSTALMENT_EVIDENCE_MISSING', {
      zh: '登记本人同意时，请写明依据（如签名的同意书及日期），4 至 300 字。',
      en: 'To record that the debtor agreed, name the paper in 4 to 300 characters, such as a signed consent and its day.',
    }),
  reasonMissing: () =>
    new Refusal('INSTALMENT_REASON_MISSING', {
      zh: '请写明理由，4 至 300 字。',
      en: 'Give a reason of 4 to 300 characters.',
    }),
  noteTooLong: () =>
    new Refusal('INSTALMENT_NOTE_TOO_LONG', {
      zh: '说明最多 300 字。',
      en: 'A note has at most 300 characters.',
    }),
  cannotMove: (from: string, to: string) =>
    new Refusal(
      'INSTALMENT_PLAN_CANNOT_MOVE',
      { zh: `分期方案处于“${from}”，不能转为“${to}”。`, en: `A plan that is ${from} cannot become ${to}.` },
      { from, to },
    ),
  notInForce: (state: string) =>
    new Refusal(
      'INSTALMENT_PLAN_NOT_IN_FORCE',
      {
        zh: `分期方案处于“${state}”，不能提前缴纳。请按现行方案或缴款通知办理。`,
        en: `A plan that is ${state} cannot be paid ahead of time; go by the plan in force, or the payment request.`,
      },
      { state },
    ),
  earlyAmount: (openFen: bigint) =>
    new Refusal(
      'INSTALMENT_EARLY_AMOUNT',
      {
        zh: `提前缴纳的金额应在 0.01 元至 ${YUAN(openFen)} 元之间。`,
        en: `An early payment is between 0.01 and ${YUAN(openFen)} yuan.`,
      },
      { open: YUAN(openFen) },
    ),
  notADivision: (division: string) =>
    new Refusal(
      'INSTALMENT_DIVISION_UNREADABLE',
      {
        zh: `“${division}”不是行政区划代码，请填 2、4、6、9 或 12 位数字。`,
        en: `"${division}" is no division code; give 2, 4, 6, 9 or 12 digits.`,
      },
      { division },
    ),
};

/** What the constraints of this slice mean to whoever runs into them. */
export function explainInstalment(name: string): Refusal | undefined {
  if (name === 'instalment_plan_one_is_proposed') return refuse.proposalOpen();
  if (name === 'instalment_plan_is_agreed_by_another') return refuse.notTheOtherSide();
  return undefined;
}
