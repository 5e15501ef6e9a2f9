import { Refusal } from '@app/kernel';
import type { FactFault, Obstacle } from './recovery.rules';
import type { RecoveryAct, RecoveryState } from './recovery.state';

/** Every way a recovery case can say no. */
export const refuse = {
  unknown: (id: string) =>
    new Refusal(
      'RECOVERY_UNKNOWN',
      {
        zh: '没有这件追回案件，或不在您的查看范围内。请核对编号。',
        en: 'There is no such recovery case, or you may not see it; check the id.',
      },
      { id },
    ),
  cannot: (act: RecoveryAct, state: RecoveryState) =>
    new Refusal(
      'RECOVERY_WRONG_STATE',
      {
        zh: `案件处于“${STATES[state]}”，不能办理此步骤。请查看案件的下一步。`,
        en: `The case is ${state}; this step does not fit. See in the case what is next.`,
      },
      { act, state },
    ),
  notYet: (obstacle: Obstacle, until: string | null): Refusal => {
    const [zh, en] = OBSTACLES[obstacle];
    return new Refusal(
      `RECOVERY_${obstacle.replaceAll('-', '_').toUpperCase()}`,
      { zh: until ? `${zh}（至 ${until}）` : zh, en: until ? `${en} (until ${until})` : en },
      { until },
    );
  },
  suspended: () =>
    new Refusal('RECOVERY_SUSPENDED', {
      zh: '复议机关或法院已决定停止执行，案件暂停办理。请等待复议或诉讼结果。',
      en: 'A reconsideration or a court has suspended the decision; no step is taken until that is over.',
    }),
  planHolds: () =>
    new Refusal('RECOVERY_PLAN_HOLDS', {
      zh: '当事人正在按分期计划还款，不能催告。请查看分期计划。',
      en: 'An instalment plan holds, so there is nothing to remind of; see the plan.',
    }),
  sameOfficer: () =>
    new Refusal('RECOVERY_NEEDS_SECOND_OFFICER', {
      zh: '提出或查明事实的人不能作决定，也不能主持听证。请由另一名工作人员办理。',
      en: 'Who stated or found the facts may neither decide nor hold the hearing; another officer has to.',
    }),
  factFault: (fault: FactFault) => {
    const [zh, en] = FACT_FAULTS[fault];
    return new Refusal('RECOVERY_FACTS_CONTRADICT', { zh, en }, { fault });
  },
  textMissing: (what: string, most: number, least = 4) =>
    new Refusal(
      'RECOVERY_TEXT_MISSING',
      { zh: `请填写“${what}”，${least} 至 ${most} 字。`, en: `Give ${what} in ${least} to ${most} characters.` },
      { what },
    ),
  answerMissing: () =>
    new Refusal('RECOVERY_STATEMENT_UNANSWERED', {
      zh: '当事人作过陈述申辩，决定须说明是否采纳及理由。请补充。',
      en: 'The person said something; the decision has to answer it. Add whether it was accepted, and why.',
    }),
  sharesDiffer: (stated: string, sum: string) =>
    new Refusal(
      'RECOVERY_SHARES_DIFFER',
      {
        zh: `各级资金合计 ${sum} 元，与多付金额 ${stated} 元不一致。请核对到分。`,
        en: `The shares of the budgets sum to ${sum}, and what was wrongly paid to ${stated}; they have to agree to the fen.`,
      },
      { stated, sum },
    ),
  linesUnusable: () =>
    new Refusal('RECOVERY_LINES_UNUSABLE', {
      zh: '请逐笔列明多付的款项：编号、发放日期、实付金额和多付金额；多付金额应大于零且不超过实付金额，编号不重复，最多 200 笔。',
      en: 'List each wrong payment with its number, day, what was paid and what of it is wrong: more than nothing, never more than was paid, each number once, at most 200.',
    }),
  levelUnknown: (level: string) =>
    new Refusal(
      'RECOVERY_LEVEL_UNKNOWN',
      { zh: '资金级次应为 central、province、city 或 county。', en: 'A level is central, province, city or county.' },
      { level },
    ),
  alreadyClaimed: (refs: readonly string[]) =>
    new Refusal(
      'RECOVERY_PAYMENT_CLAIMED',
      {
        zh: '其中有款项已在另一追回案件中，不重复追回。请查看该案件。',
        en: 'Some of these payments are in another recovery case already; see that case.',
      },
      { refs: [...refs] },
    ),
  daysUnusable: () =>
    new Refusal('RECOVERY_DAYS_UNUSABLE', {
      zh: '多付期间的截止日应晚于起始日，发放日期和发现日期不能晚于今天。',
      en: 'The wrong days end after they begin, and neither the payment nor its finding lies in the future.',
    }),
  divisionUnusable: (division: string) =>
    new Refusal(
      'RECOVERY_DIVISION_UNUSABLE',
      { zh: '请填写十二位的县级区划代码。', en: 'Give the twelve digits of the county that paid.' },
      { division },
    ),
  numberUnusable: () =>
    new Refusal('RECOVERY_NUMBER_UNUSABLE', {
      zh: '居民身份号码有误，请核对；没有号码的可以不填。',
      en: 'The identity number is wrong; check it, or leave it out where there is none.',
    }),
  notReferable: () =>
    new Refusal('RECOVERY_NOT_REFERABLE', {
      zh: '只有查明骗取、冒领的，才可以移送。',
      en: 'Only what was found to be fraud may be referred.',
    }),
  noWaiverRule: (kind: string) =>
    new Refusal(
      'RECOVERY_NO_WAIVER_RULE',
      {
        zh: '本地没有免予追回的规定（国家层面没有规定）。可以申请分期；有规定的，请先录入参数并注明来源。',
        en: 'No dated rule of this place lets this be waived, and there is none in national law. Instalments can be had; where there is a rule, record it with its source first.',
      },
      { kind },
    ),
  overSmallAmount: (most: string) =>
    new Refusal(
      'RECOVERY_NOT_A_SMALL_AMOUNT',
      {
        zh: `金额超过小额标准（${most} 元）。可以申请分期。`,
        en: `The amount is more than the small amount of the rule, ${most}; instalments can be had.`,
      },
      { most },
    ),
  hearingNotInTime: (until: string) =>
    new Refusal(
      'RECOVERY_HEARING_PERIOD_OVER',
      {
        zh: `申请听证的期限已于 ${until} 届满，或已申请过。您仍可以提交书面意见。`,
        en: `A hearing can be asked for once, until ${until}; you may still say what you think in writing.`,
      },
      { until },
    ),
  notTooMuch: () =>
    new Refusal('RECOVERY_NOTHING_TO_CORRECT', {
      zh: '决定金额与现在查明的情况一致，不需要更正。',
      en: 'What was decided is what is known now; there is nothing to correct.',
    }),
  noHearing: () =>
    new Refusal('RECOVERY_NO_HEARING_ASKED', {
      zh: '当事人没有申请听证，或听证已经举行。请按期限作出决定。',
      en: 'No hearing was asked for, or it was held already; decide once the days to speak are over.',
    }),
};

/** What the constraints of this slice mean to whoever runs into them. */
export function explainConstraint(name: string): Refusal | undefined {
  return name === 'recovery_line_claims_a_payment_once' ? refuse.alreadyClaimed([]) : undefined;
}

const STATES: Readonly<Record<RecoveryState, string>> = {
  new: '未建立',
  proposed: '待复核',
  detected: '已发现',
  'fact-finding': '查明事实',
  noticed: '已告知',
  decided: '已决定',
  served: '已送达',
  repaying: '还款中',
  reminded: '已催告',
  court: '已申请法院执行',
  closed: '已办结',
};

const OBSTACLES: Readonly<Record<Obstacle, readonly [zh: string, en: string]>> = {
  'facts-missing': ['事实尚未查明。请先记录查明的事实和证据。', 'The facts are not found yet; record them first.'],
  'notice-not-served': [
    '告知书尚未送达，期限没有起算。请先送达。',
    'The notice is not served, so no period runs; serve it first.',
  ],
  'statement-period-open': [
    '陈述申辩期限未满。请在期限届满后作出决定。',
    'The person may still say something; decide once those days are over.',
  ],
  'hearing-open': [
    '当事人申请的听证尚未举行。请先举行听证。',
    'The hearing that was asked for is not held yet; hold it first.',
  ],
  'past-limitation': [
    '已超过时效，不得再作决定。请以超过时效办结。',
    'Limitation is over and nothing may be decided; close the case for that reason.',
  ],
  'nothing-owed': [
    '按现在查明的情况无需返还。请办理免予返还或停止追回。',
    'As is known now nothing is owed; release the case, or close it.',
  ],
  'known-better': [
    '据以决定的事实已经更正，应返还的金额变少。请先更正决定金额。',
    'A fact was corrected since and less is owed than was decided; correct the amount first.',
  ],
  'something-owed': [
    '仍有应返还的金额，不能免予返还。请作出决定；有免除规定的，依规定免除。',
    'Something is owed, so the case cannot be released; decide it, or waive it where a rule allows that.',
  ],
  'decision-not-served': [
    '决定书尚未送达，期限没有起算。请先送达。',
    'The decision is not served, so no period runs; serve it first.',
  ],
  'pay-period-open': ['自愿还款期限未满。请在期限届满后催告。', 'The days to pay are not over; remind once they are.'],
  'reminder-not-served': [
    '催告书尚未送达，期限没有起算。请先送达。',
    'The reminder is not served, so no period runs; serve it first.',
  ],
  'reminder-period-open': [
    '催告后的期限未满。请在期限届满后申请。',
    'The days after the reminder are not over; apply once they are.',
  ],
  contestable: [
    '复议、诉讼期限未满。请等候期限届满；复议决定尚未送达的，请先送达。',
    'The decision can still be contested; await that, and serve the decision on reconsideration where it is not served.',
  ],
  'court-period-over': [
    '申请法院执行的期限已过。请以停止追回办结。',
    'The months in which a court can be applied to are over; close the case.',
  ],
};

const FACT_FAULTS: Readonly<Record<FactFault, readonly [zh: string, en: string]>> = {
  'fraud-in-good-faith': ['骗取、冒领的不属于善意。请核对。', 'Whoever deceived was not in good faith; check both.'],
  'gone-without-good-faith': [
    '只有善意取得的，已不存在的利益才无需返还。请核对。',
    'Only in good faith does what is gone count; check both.',
  ],
  'gone-out-of-bounds': [
    '已不存在的金额应在零和多付金额之间。',
    'What is gone lies between nothing and what was wrongly paid.',
  ],
};
