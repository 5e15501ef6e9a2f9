import { Refusal } from '@app/kernel';

/** Every way this slice can say no. */
export const refuse = {
  unknown: (id: string) =>
    new Refusal(
      'REMITTANCE_UNKNOWN',
      {
        zh: '没有这笔缴库，或不在您的查看范围内。请核对编号。',
        en: 'There is no such remittance, or you may not see it; check the id.',
      },
      { id },
    ),
  cannotMove: (from: string, to: string) =>
    new Refusal(
      'REMITTANCE_CANNOT_MOVE',
      {
        zh: `缴库单处于“${from}”，不能转为“${to}”。请先查看办理进度。`,
        en: `A remittance that is ${from} cannot become ${to}; look at its progress first.`,
      },
      { from, to },
    ),
  nothingStands: (county: string) =>
    new Refusal(
      'REMITTANCE_NOTHING_STANDS',
      {
        zh: `${county} 没有待缴库的款项，未生成缴库单。`,
        en: `Nothing stands to be remitted in ${county}, so nothing was drafted.`,
      },
      { county },
    ),
  sameOfficer: () =>
    new Refusal('REMITTANCE_NEEDS_SECOND_OFFICER', {
      zh: '制单人不能审批自己的缴库单，请由另一名人员审批。',
      en: 'Who drafted or prepared a remittance may not approve it; another officer has to.',
    }),
  changedSinceSeen: (id: string) =>
    new Refusal(
      'REMITTANCE_CHANGED_SINCE_SEEN',
      {
        zh: '您查看的不是这份缴库单的内容。请重新查看后再审批。',
        en: 'What you looked at is not what this remittance holds; look again before approving.',
      },
      { id },
    ),
  reasonMissing: () =>
    new Refusal('REMITTANCE_REASON_MISSING', {
      zh: '请写明理由或银行流水号，2 至 200 字。',
      en: 'Give a reason or the bank’s reference, 2 to 200 characters.',
    }),
};

/** What the constraints of this slice mean to whoever runs into them. */
export function explainConstraint(name: string): Refusal | undefined {
  if (name === 'remittance_needs_two_officers') return refuse.sameOfficer();
  return undefined;
}
