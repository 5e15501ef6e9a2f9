import { Refusal } from '@app/kernel';

/** Every way one's own record can say no. */
export const refuse = {
  notYours: () =>
    new Refusal('OWN_RECORD_NOT_YOURS', {
      zh: '没有这条属于您本人或未成年子女的记录，也可能已到期删除。请从“我的记录”中选择。',
      en: 'There is no such record of yours or of a minor child; it may have been deleted when its time was over. Choose one of your own records.',
    }),
  wishTooShort: () =>
    new Refusal('OWN_REQUEST_SAYS_NOTHING', {
      zh: '请写明哪里不对、希望怎样（4 至 1000 字）。',
      en: 'Say what is wrong and what you want, in 4 to 1,000 characters.',
    }),
  evidenceMissing: () =>
    new Refusal('OWN_REQUEST_NEEDS_EVIDENCE', {
      zh: '申请更正须写明证明材料的名称或编号（2 至 400 字）。本人申报的内容可直接更正，无需申请。',
      en: 'A correction names its evidence (2 to 400 characters). What you declared yourself you can correct at once, without asking.',
    }),
  openAlready: () =>
    new Refusal('OWN_REQUEST_OPEN_ALREADY', {
      zh: '您的同类申请正在办理，请等候答复，或先撤回。',
      en: 'A request of this kind is being answered; wait for the answer, or take it back first.',
    }),
  requestUnknown: (id: string) =>
    new Refusal(
      'OWN_REQUEST_UNKNOWN',
      { zh: `没有编号为 ${id} 的申请，或您无权查看。`, en: `There is no request ${id} that you may see.` },
      { id },
    ),
  answeredAlready: (state: string) =>
    new Refusal(
      'OWN_REQUEST_ANSWERED_ALREADY',
      {
        zh: `该申请已办结（${state}），不能再次答复。当事人可以重新申请。`,
        en: `This request is settled (${state}) and is answered once; the person may ask again.`,
      },
      { state },
    ),
  answerTooShort: () =>
    new Refusal('OWN_REQUEST_ANSWER_MISSING', {
      zh: '请写明办理结果和依据（4 至 1000 字），当事人会看到。',
      en: 'Say what was done and why, in 4 to 1,000 characters; the person reads it.',
    }),
  reasonMissing: () =>
    new Refusal('OWN_REQUEST_REASON_MISSING', {
      zh: '不予同意须选择理由；同意则不填理由。',
      en: 'A refusal gives one of the reasons, and a grant gives none.',
    }),
  held: (why: string) =>
    new Refusal(
      'OWN_RECORD_IS_HELD',
      {
        zh: '该记录因未结事项暂缓删除，不能同意删除。请以“暂缓删除”为由答复，或先办结、解除。',
        en: `Something open holds this record (${why}), so its deletion cannot be granted. Refuse for that reason, or settle it first.`,
      },
      { why },
    ),
};
