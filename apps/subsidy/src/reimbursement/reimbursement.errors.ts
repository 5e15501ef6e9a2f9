import { type Fen, Refusal, yuanText } from '@app/kernel';

/** Every way this slice can say no. Codes are part of the API: add, never rename. */
export const refuse = {
  unknown: (id: string) =>
    new Refusal(
      'REIMBURSEMENT_UNKNOWN',
      {
        zh: `没有编号为 ${id} 的地区间结算。请核对编号。`,
        en: `There is no reimbursement ${id}. Check its id.`,
      },
      { id },
    ),
  notOpen: (id: string, state: string) =>
    new Refusal(
      'REIMBURSEMENT_NOT_OPEN',
      {
        zh: `地区间结算 ${id} 已${state === 'settled' ? '结清' : '撤销'}，请刷新页面。`,
        en: `Reimbursement ${id} is ${state} already; look again.`,
      },
      { id, state },
    ),
  notYours: (county: string) =>
    new Refusal(
      'REIMBURSEMENT_OF_ANOTHER_COUNTY',
      {
        zh: `应由 ${county} 的财政人员结清。请联系该地。`,
        en: `This is for a finance officer of ${county} to settle; ask there.`,
      },
      { county },
    ),
  documentMissing: () =>
    new Refusal('REIMBURSEMENT_NEEDS_A_DOCUMENT', {
      zh: '结清须填写资金文件号。请补充后再办。',
      en: 'Settling needs the number of the document that moves the money. Add it and try again.',
    }),
  noFunds: (county: string, year: number, level: string, needed: Fen, available: Fen) =>
    new Refusal(
      'REIMBURSEMENT_FUNDS_NOT_RELEASED',
      {
        zh: `${county} ${year} 年度该级次可用资金 ${yuanText(available)} 元，需 ${yuanText(needed)} 元。请先登记下达资金。`,
        en: `${county} has ${yuanText(available)} yuan of ${year} left at this level and needs ${yuanText(needed)}. Record a release of funds first.`,
      },
      { county, year, level, needed: String(needed), available: String(available) },
    ),
};
