import { Refusal } from '@app/kernel';

/** Every way this slice can say no. */
export const refuse = {
  unknown: (id: string) =>
    new Refusal(
      'MATCH_UNKNOWN',
      {
        zh: '没有这条匹配，或不在您的查看范围内。请核对编号。',
        en: 'There is no such match, or you may not see it; check the id.',
      },
      { id },
    ),
  cannotMove: (from: string, to: string) =>
    new Refusal(
      'MATCH_CANNOT_MOVE',
      {
        zh: `这条匹配处于“${from}”，不能转为“${to}”。请刷新后查看。`,
        en: `A match that is ${from} cannot become ${to}; somebody may have decided already, look again.`,
      },
      { from, to },
    ),
  sameOfficer: () =>
    new Refusal('MATCH_NEEDS_SECOND_OFFICER', {
      zh: '录入该笔到账的人员不能确认其匹配，请由另一名财政人员办理。',
      en: 'Who took a receipt in may not say what it pays; another finance officer has to.',
    }),
  outdated: () =>
    new Refusal('MATCH_OUTDATED', {
      zh: '该笔到账的余额已不足，建议已过时。请拒绝本建议后重新匹配。',
      en: 'The receipt has not so much left any more; decline this proposal and match what is left.',
    }),
  notAnAmount: () =>
    new Refusal('MATCH_NOT_AN_AMOUNT', {
      zh: '金额须大于零，且不超过该笔到账的余额。请更正。',
      en: 'The amount must be above zero and no more than the receipt has left; correct it.',
    }),
  referenceUnknown: (reference: string) =>
    new Refusal(
      'MATCH_REFERENCE_UNKNOWN',
      {
        zh: '没有这个缴款编号，或不属于本县。请核对缴款通知。',
        en: 'There is no payment request with this reference in this county; compare it with the request.',
      },
      { reference },
    ),
  nothingLeft: () =>
    new Refusal('MATCH_NOTHING_LEFT', {
      zh: '该笔到账没有余额可退。请查看其匹配和退付。',
      en: 'Nothing of this receipt is left to give back; look at its matches and refunds.',
    }),
  proposalsOpen: () =>
    new Refusal('MATCH_PROPOSALS_OPEN', {
      zh: '该笔到账还有待确认的匹配建议。请先确认或拒绝。',
      en: 'There are proposals what this receipt pays; confirm or decline them first.',
    }),
  reasonMissing: () =>
    new Refusal('MATCH_REASON_MISSING', {
      zh: '请写明理由，4 至 200 字。',
      en: 'Give a reason of 4 to 200 characters.',
    }),
};

/** What the constraints of this slice mean to whoever runs into them. */
export function explainConstraint(name: string): Refusal | undefined {
  if (name === 'match_is_confirmed_by_another') return refuse.sameOfficer();
  if (name === 'bank_receipt_gives_no_more_than_it_holds') return refuse.outdated();
  return undefined;
}
