import { Refusal } from '@app/kernel';

/** Every way reviewing and confirming can say no. Codes are part of the API: add, never rename. */
export const refuse = {
  sameOfficer: (actor: string, count: number) =>
    new Refusal(
      'CLAIM_NEEDS_SECOND_OFFICER',
      {
        zh: `${actor} 已初审其中 ${count} 件，不得再作县级确认。请由另一名工作人员确认。`,
        en: `${actor} reviewed ${count} of these claims at the township and may not confirm them. Ask another officer.`,
      },
      { actor, count },
    ),
  claimUnknown: (claim: string) =>
    new Refusal('CLAIM_UNKNOWN', { zh: `没有编号为 ${claim} 的申请。`, en: `There is no claim ${claim}.` }, { claim }),
  tooLateToWithdraw: (claim: string, state: string) =>
    new Refusal(
      'CLAIM_CANNOT_BE_WITHDRAWN',
      {
        zh: `申请 ${claim} 已进入发放环节（${state}），不能撤回。请联系受理机关。`,
        en: `Claim ${claim} is being paid already (${state}) and cannot be taken back; ask the authority that took it in.`,
      },
      { claim, state },
    ),
  caseUnknown: (id: string) =>
    new Refusal(
      'CASE_UNKNOWN',
      { zh: `没有编号为 ${id} 的待办。`, en: `There is no case ${id} on the work-list.` },
      { id },
    ),
  caseResolved: (id: string) =>
    new Refusal(
      'CASE_ALREADY_RESOLVED',
      { zh: `待办 ${id} 已办结，请刷新页面。`, en: `Case ${id} was resolved already; look again.` },
      { id },
    ),
  decisionUnknown: (decision: string, allowed: readonly string[]) =>
    new Refusal(
      'CASE_DECISION_UNKNOWN',
      {
        zh: `“${decision}”不是可选的处理结果，可选：${allowed.join('、')}。`,
        en: `"${decision}" is no decision here; choose one of ${allowed.join(', ')}.`,
      },
      { decision, allowed },
    ),
  notHeld: (claim: string) =>
    new Refusal(
      'CLAIM_NOT_HELD',
      {
        zh: `申请 ${claim} 已在发放，不能在此不予支持或撤回。请取消批次；已发放的请报告多发款项（reportOverpayment），按追回程序作出决定。`,
        en: `Claim ${claim} is being paid and cannot be refused or withdrawn here. Cancel its batch; what was paid already is reported as overpaid (reportOverpayment) and recovered by decision.`,
      },
      { claim },
    ),
  noteMissing: () =>
    new Refusal('CASE_NEEDS_A_NOTE', {
      zh: '不予支持时须写明理由（至少 4 个字）。',
      en: 'A refusal needs its reason in words (at least 4 characters).',
    }),
  factNotAttestable: (fact: string, allowed: readonly string[]) =>
    new Refusal(
      'FACT_NOT_ATTESTABLE',
      {
        zh: `“${fact}”不能由经办人认定，可认定：${allowed.join('、')}。`,
        en: `"${fact}" is no fact an officer may establish; these are: ${allowed.join(', ')}.`,
      },
      { fact, allowed },
    ),
  attestedValue: (fact: string, value: string, type: string) =>
    new Refusal(
      'ATTESTED_VALUE_UNREADABLE',
      {
        zh: `“${value}”不是 ${fact} 的取值，应为${type === 'date' ? '日期 YYYY-MM-DD' : ' true 或 false'}。`,
        en: `"${value}" is no value of ${fact}; write ${type === 'date' ? 'a day, YYYY-MM-DD' : 'true or false'}.`,
      },
      { fact, value },
    ),
  caseHasNoClaim: (id: string) =>
    new Refusal(
      'CASE_HAS_NO_CLAIM',
      {
        zh: `待办 ${id} 不针对某件申请，请在账户修正或对账中处理。`,
        en: `Case ${id} is not about a claim; settle it under account repair or reconciliation.`,
      },
      { id },
    ),
};
