import { Refusal } from '@app/kernel';

/** Every way this slice can say no. */
export const refuse = {
  unknown: (id: string) =>
    new Refusal(
      'FISCAL_RECEIPT_UNKNOWN',
      {
        zh: '没有这张票据，或不在您的查看范围内。请核对编号。',
        en: 'There is no such fiscal receipt, or you may not see it; check the id.',
      },
      { id },
    ),
  seriesUnknown: (id: string) =>
    new Refusal(
      'RECEIPT_SERIES_UNKNOWN',
      {
        zh: '没有这段票据号码，或不在您的查看范围内。请核对编号。',
        en: 'There is no such series of receipt numbers, or you may not see it; check the id.',
      },
      { id },
    ),
  lossUnknown: (id: string) =>
    new Refusal(
      'RECEIPT_LOSS_UNKNOWN',
      {
        zh: '没有待报告的这项遗失，或不在您的查看范围内。请核对编号。',
        en: 'There is no such loss to be reported, or you may not see it; check the id.',
      },
      { id },
    ),
  codeShape: (digits: number) =>
    new Refusal(
      'RECEIPT_CODE_SHAPE',
      {
        zh: `票据代码应为 ${digits} 位数字。请按核发通知填写。`,
        en: `A receipt code has ${digits} digits here; write it as the allotment says.`,
      },
      { digits },
    ),
  numbersShape: (digits: number) =>
    new Refusal(
      'RECEIPT_NUMBERS_SHAPE',
      {
        zh: `起止号码应为不超过 ${digits} 位的数字，止号不小于起号，一次不超过一百万张。请核对。`,
        en: `First and last number have at most ${digits} digits, the last is not before the first, and one allotment has at most a million; check them.`,
      },
      { digits },
    ),
  allottedAlready: () =>
    new Refusal('RECEIPT_NUMBERS_ALLOTTED_ALREADY', {
      zh: '其中有号码已经核发过。同一号码只能核发一次，请核对起止号码。',
      en: 'Some of these numbers were allotted before, and a number is allotted once; check first and last.',
    }),
  noneLeft: (county: string) =>
    new Refusal(
      'RECEIPT_NUMBERS_USED_UP',
      {
        zh: `${county} 没有可用的票据号码。请先领取并登记新的号码段。`,
        en: `No receipt number is left in ${county}; have a new series allotted and record it first.`,
      },
      { county },
    ),
  notLeft: () =>
    new Refusal('RECEIPT_NUMBERS_NOT_LEFT', {
      zh: '只有尚未开具的号码才能登记遗失或退回。请核对号码。',
      en: 'Only numbers that were not given out can be lost as blanks or returned; check them.',
    }),
  endedAlready: (state: string) =>
    new Refusal(
      'FISCAL_RECEIPT_ENDED',
      {
        zh: `该票据处于“${state}”，不能再作废或登记遗失。请查看替换的票据。`,
        en: `This receipt is ${state} already; look at the one that replaced it.`,
      },
      { state },
    ),
  reasonMissing: () =>
    new Refusal('FISCAL_RECEIPT_REASON_MISSING', {
      zh: '请写明理由或文号，4 至 200 字。',
      en: 'Give a reason or reference of 4 to 200 characters.',
    }),
  dayAhead: () =>
    new Refusal('RECEIPT_LOSS_DAY_AHEAD', {
      zh: '遗失日期不能晚于今天。请更正。',
      en: 'A loss cannot have happened after today; correct the day.',
    }),
};
