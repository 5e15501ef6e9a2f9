import { Refusal, yuanText } from '@app/kernel';

/** Every way this slice can say no. */
export const refuse = {
  nothingToContest: (matterId: string) =>
    new Refusal(
      'REMEDY_NOTHING_TO_CONTEST',
      {
        zh: '没有可以申请救济的决定，或不在您的查看范围内。请核对编号。',
        en: 'There is no decision here to contest, or you may not see it; check the id.',
      },
      { matterId },
    ),
  unknown: (id: string) =>
    new Refusal(
      'REMEDY_UNKNOWN',
      {
        zh: '没有这件复议或者诉讼，或不在您的查看范围内。请核对编号。',
        en: 'There is no such remedy, or you may not see it; check the id.',
      },
      { id },
    ),
  letterUnknown: (id: string) =>
    new Refusal(
      'REMEDY_LETTER_UNKNOWN',
      { zh: '没有这份决定书。请先制作决定书。', en: 'There is no such letter; write the decision first.' },
      { id },
    ),
  late: (lastDay: string) =>
    new Refusal(
      'REMEDY_LATE',
      {
        zh: `申请期限已于 ${lastDay} 届满。因不可抗力或者其他正当理由耽误的，请写明理由，由受理机关决定。`,
        en: `The period ended on ${lastDay}. Where something beyond your power kept you, say what, and the authority decides about it.`,
      },
      { lastDay },
    ),
  dayAhead: (on: string, today: string) =>
    new Refusal(
      'REMEDY_DAY_IMPOSSIBLE',
      {
        zh: `日期 ${on} 不在决定作出之日至今天 ${today} 之间，请核对。`,
        en: `${on} is not between the day of the decision and today, ${today}; check it.`,
      },
      { on, today },
    ),
  openAlready: () =>
    new Refusal('REMEDY_OPEN_ALREADY', {
      zh: '该决定已有复议或者诉讼在办理中。请等候结果，或先撤回。',
      en: 'A remedy against this decision is under way; await it, or withdraw it first.',
    }),
  onceOnly: () =>
    new Refusal('REMEDY_RECONSIDERED_ALREADY', {
      zh: '该决定已经复议或者起诉，不能再申请复议。对复议决定不服的，可以依法起诉。',
      en: 'This decision was reconsidered or judged already, and is not reconsidered again; the court is open as the law says.',
    }),
  judgedAlready: () =>
    new Refusal('REMEDY_JUDGED_ALREADY', {
      zh: '该决定已经法院裁判或者撤诉，不能再次起诉。对裁判不服的，请依法向法院上诉或者申请再审。',
      en: 'A court has dealt with this decision already; appeal, or ask for a retrial, at the court.',
    }),
  groundsMissing: () =>
    new Refusal('REMEDY_GROUNDS_MISSING', {
      zh: '请写明请求和理由，4 至 2000 字。',
      en: 'Say what you ask for and why, in 4 to 2,000 characters.',
    }),
  courtMissing: () =>
    new Refusal('REMEDY_COURT_MISSING', {
      zh: '登记诉讼须写明法院和案号。',
      en: 'A suit is recorded with its court and its number there.',
    }),
  wrongState: (state: string, to: string) =>
    new Refusal(
      'REMEDY_WRONG_STATE',
      {
        zh: `该件处于“${state}”，不能转为“${to}”。请查看该件的办理经过。`,
        en: `A remedy that is ${state} cannot become ${to}; see its history.`,
      },
      { state, to },
    ),
  lateNeedsReason: (lastDay: string) =>
    new Refusal(
      'REMEDY_LATE_NEEDS_REASON',
      {
        zh: `该申请逾期（期限于 ${lastDay} 届满）。受理的，须写明正当理由；否则不予受理。`,
        en: `It is late: the period ended on ${lastDay}. To accept it, give the reason that excuses that; otherwise refuse it.`,
      },
      { lastDay },
    ),
  reasonMissing: () =>
    new Refusal('REMEDY_REASON_MISSING', {
      zh: '请写明理由，4 至 400 字。',
      en: 'Give a reason of 4 to 400 characters.',
    }),
  ownDecision: () =>
    new Refusal('REMEDY_OF_OWN_DECISION', {
      zh: '作出原决定的人员不能办理对该决定的救济，请由其他人员办理。',
      en: 'Who made the decision does not judge a remedy against it; another officer has to.',
    }),
  sameOfficer: () =>
    new Refusal('REMEDY_NEEDS_SECOND_OFFICER', {
      zh: '改变金额的结果须由另一名人员确认。',
      en: 'An outcome that changes an amount is confirmed by another officer.',
    }),
  notTheirs: () =>
    new Refusal('REMEDY_WITHDRAWN_BY_APPLICANT', {
      zh: '撤回由申请人提出，请登记撤回。',
      en: 'Only the applicant takes a remedy back; record that instead.',
    }),
  channelWrong: () =>
    new Refusal('REMEDY_CHANNEL_WRONG', {
      zh: '诉讼由法院通知登记；复议申请由窗口或者邮寄登记，在线申请由本人提出。',
      en: 'A suit is recorded from the court; an application on paper or by post; on line only the person applies.',
    }),
  amountWrong: (fen: bigint) =>
    new Refusal(
      'REMEDY_AMOUNT_WRONG',
      {
        zh: `部分改变的，新的金额须大于零且小于原金额 ${yuanText(fen)} 元；其他结果不填金额。`,
        en: `In part, the new amount lies between nothing and the old one of ${yuanText(fen)} yuan; no other outcome has one.`,
      },
      { fen: fen.toString() },
    ),
  extendedAlready: () =>
    new Refusal('REMEDY_EXTENDED_ALREADY', {
      zh: '审理期限已延长一次，或不适用延长。请在期限内作出决定。',
      en: 'The time to decide was extended once already, or cannot be; decide within it.',
    }),
  notSuspended: () =>
    new Refusal('REMEDY_SUSPENSION_AS_IS', {
      zh: '该件已经停止执行，或并未停止执行。请查看停止执行的记录。',
      en: 'It is suspended already, or is not suspended; see its suspensions.',
    }),
  rightsTold: () =>
    new Refusal('REMEDY_RIGHTS_TOLD', {
      zh: '决定书已告知救济权利，或知悉日期已经登记，无需再登记。期限以现有日期计算。',
      en: 'The letter told of the rights itself, or the day of learning is recorded already; periods run from what is there.',
    }),
};
