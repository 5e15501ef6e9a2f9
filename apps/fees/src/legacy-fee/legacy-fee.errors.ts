import { Refusal } from '@app/kernel';

/** Every way this slice can say no. Nothing here asks anybody for money. */
export const refuse = {
  caseUnknown: (id: string) =>
    new Refusal(
      'LEGACY_CASE_UNKNOWN',
      {
        zh: '没有这件历史案件，或不在您的查看范围内。请核对编号。',
        en: 'There is no such old case, or you may not see it; check the id.',
      },
      { id },
    ),
  reviewUnknown: (id: string) =>
    new Refusal(
      'LEGACY_REVIEW_UNKNOWN',
      { zh: '没有这件退款审核。请核对编号。', en: 'There is no such refund review; check the id.' },
      { id },
    ),
  notAnError: (paymentId: string) =>
    new Refusal(
      'LEGACY_PAYMENT_NOT_IN_ERROR',
      {
        zh: '这笔缴款不是误缴，依法不予退还。如有新证据，请补录后再提出。',
        en: 'This payment was not made in error, and the law does not give it back; with new evidence, ask again.',
      },
      { paymentId },
    ),
  reviewOpen: (paymentId: string) =>
    new Refusal(
      'LEGACY_REVIEW_OPEN',
      {
        zh: '这笔缴款已有退款审核，不重复办理。请查看原审核。',
        en: 'This payment is under review already, or was given back; see that review.',
      },
      { paymentId },
    ),
  cannotMove: (from: string, to: string) =>
    new Refusal(
      'LEGACY_REVIEW_CANNOT_MOVE',
      { zh: `退款审核处于“${from}”，不能转为“${to}”。`, en: `A refund review that is ${from} cannot become ${to}.` },
      { from, to },
    ),
  sameOfficer: () =>
    new Refusal('LEGACY_REVIEW_NEEDS_SECOND_OFFICER', {
      zh: '审核人不能同时作决定，请由另一名财政人员决定。',
      en: 'Who verified a refund may not decide it; another officer has to.',
    }),
  reasonMissing: () =>
    new Refusal('LEGACY_REASON_MISSING', {
      zh: '请写明理由，4 至 200 字。',
      en: 'Give a reason of 4 to 200 characters.',
    }),
  sealedAlready: (officeCode: string) =>
    new Refusal(
      'LEGACY_REGISTER_SEALED',
      {
        zh: '该单位的历史台账已封存，或从未登记。无需再次封存。',
        en: 'The old ledgers of this office are sealed already, or none was taken in.',
      },
      { officeCode },
    ),
  courtNotPending: (courtState: string) =>
    new Refusal(
      'LEGACY_COURT_NOT_PENDING',
      {
        zh: '本案没有待撤回的强制执行申请，无需登记。',
        en: 'No application to a court is pending in this case, so there is nothing to record.',
      },
      { courtState },
    ),
  documentMissing: () =>
    new Refusal('LEGACY_DOCUMENT_MISSING', {
      zh: '请填写法院文书号，2 至 100 字。',
      en: 'Name the document of the court, in 2 to 100 characters.',
    }),
  nothingCeased: (closeOut: string) =>
    new Refusal(
      'LEGACY_NOTHING_TO_TELL',
      {
        zh: '本案没有停止收缴的金额，不需要办结告知书。',
        en: 'Nothing ceased in this case, so there is no closing notice to write.',
      },
      { closeOut },
    ),
};

/** What the constraints of this slice mean to whoever runs into them. */
export function explainConstraint(name: string): Refusal | undefined {
  if (name === 'legacy_fee_office_is_sealed_once') return refuse.sealedAlready('');
  if (name === 'legacy_fee_court_is_ended_once') return refuse.courtNotPending('');
  if (name === 'legacy_refund_review_once_a_payment') return refuse.reviewOpen('');
  if (name === 'legacy_refund_is_of_an_error') return refuse.notAnError('');
  if (name === 'legacy_refund_review_is_decided_by_another') return refuse.sameOfficer();
  return undefined;
}
