import { Refusal, type Sentence } from '@app/kernel';
import type { Mode } from './delivery.rules';

/** Every way this slice can say no. */
export const refuse = {
  letterUnknown: (id: string) =>
    new Refusal(
      'DELIVERY_LETTER_UNKNOWN',
      {
        zh: '没有这份文书，或不在您的办理范围内。请核对编号。',
        en: 'There is no such letter, or it is not yours to serve; check the id.',
      },
      { id },
    ),
  attemptUnknown: (id: string) =>
    new Refusal(
      'DELIVERY_ATTEMPT_UNKNOWN',
      {
        zh: '没有这次送达，或不在您的办理范围内。请核对编号。',
        en: 'There is no such attempt, or it is not yours; check the id.',
      },
      { id },
    ),
  served: (on: string) =>
    new Refusal(
      'DELIVERY_SERVED_ALREADY',
      {
        zh: `该文书已于 ${on} 送达，不再送达。证明有误的，请更正证明。`,
        en: `The letter is served as of ${on}; where that proof is wrong, correct it instead.`,
      },
      { on },
    ),
  attemptOpen: (mode: Mode) =>
    new Refusal(
      'DELIVERY_ATTEMPT_OPEN',
      {
        zh: '该文书正以同一方式送达，请先记录这次送达的结果。',
        en: 'The letter is on its way by this mode already; record what became of that first.',
      },
      { mode },
    ),
  noConsent: () =>
    new Refusal('DELIVERY_NEEDS_CONSENT', {
      zh: '受送达人没有同意电子送达，或已撤回。请改用其他方式，或先取得同意。',
      en: 'The recipient has not agreed to electronic service, or took that back; use another mode, or have them agree first.',
    }),
  notRefused: () =>
    new Refusal('DELIVERY_LEFT_NEEDS_REFUSAL', {
      zh: '留置送达以拒绝接收为前提。请先记录一次因拒收未成功的送达。',
      en: 'A letter is left only where it was refused; first record the attempt that was refused.',
    }),
  othersFirst: (failed: number, needed: number) =>
    new Refusal(
      'DELIVERY_NOTICE_COMES_LAST',
      {
        zh: `其他方式无法送达的，才可公告送达：需要 ${needed} 种方式未成功，现有 ${failed} 种。`,
        en: `A public notice comes last: ${needed} other modes have to have failed, and ${failed} have.`,
      },
      { failed, needed },
    ),
  incomplete: (mode: Mode, missing: readonly Sentence[]) =>
    new Refusal(
      'DELIVERY_PROOF_INCOMPLETE',
      {
        zh: `送达证明还缺：${missing.map(({ zh }) => zh).join('；')}。请一次补齐。`,
        en: `The proof lacks: ${missing.map(({ en }) => en).join('; ')}. That is all it lacks.`,
      },
      { mode, missing: missing.length },
    ),
  dayImpossible: (stated: string, from: string, until: string) =>
    new Refusal(
      'DELIVERY_DAY_IMPOSSIBLE',
      {
        zh: `证明上的日期 ${stated} 不在 ${from}（文书日期）至 ${until}（今天）之间，请核对。`,
        en: `The proof states ${stated}, which is not between the letter's day ${from} and today ${until}; check it.`,
      },
      { stated, from, until },
    ),
  bySystemOnly: () =>
    new Refusal('DELIVERY_ELECTRONIC_IS_BY_SYSTEM', {
      zh: '电子送达的到达时间由系统记录，不能填写。',
      en: 'When a letter arrived in an account is noted by the system, not stated by anybody.',
    }),
  outcomeThere: () =>
    new Refusal('DELIVERY_OUTCOME_RECORDED', {
      zh: '这次送达已有结果。结果有误的，请更正。',
      en: 'What became of this attempt is recorded already; correct it where it is wrong.',
    }),
  nothingToCorrect: () =>
    new Refusal('DELIVERY_NOTHING_TO_CORRECT', {
      zh: '这次送达还没有结果，无可更正。请先记录结果。',
      en: 'Nothing is recorded of this attempt yet, so there is nothing to correct.',
    }),
  reasonMissing: () =>
    new Refusal('DELIVERY_REASON_MISSING', {
      zh: '请写明理由，4 至 300 字。',
      en: 'Give a reason of 4 to 300 characters.',
    }),
  tooLong: (column: string, most: number) =>
    new Refusal(
      'DELIVERY_TEXT_TOO_LONG',
      { zh: `内容过长，最多 ${most} 字。`, en: `That is too long: at most ${most} characters.` },
      { column, most },
    ),
  noRecipientKey: () =>
    new Refusal('DELIVERY_RECIPIENT_HAS_NO_ACCOUNT', {
      zh: '该文书的受送达人没有登记证件号码，不能电子送达。请改用其他方式。',
      en: 'The letter names its recipient without a number, so it cannot be served electronically; use another mode.',
    }),
  correctionOnly: () =>
    new Refusal('DELIVERY_PROOF_WRONG_IS_A_CORRECTION', {
      zh: '“证明无效”只能用于更正。请选择未能送达的实际原因。',
      en: 'That a proof is wrong is said by correcting it; choose why the attempt failed.',
    }),
  noAccount: () =>
    new Refusal('DELIVERY_ACCOUNT_NAMELESS', {
      zh: '您的账户没有核实证件号码，不能办理电子送达。请到窗口核实。',
      en: 'Your account carries no attested number, so nothing can be served into it; have that attested at the counter.',
    }),
  paperAsked: () =>
    new Refusal('DELIVERY_PAPER_ASKED', {
      zh: '已要求提供纸质文书，请等候。',
      en: 'The letter on paper is asked for already.',
    }),
  noPaperAsked: () =>
    new Refusal('DELIVERY_NO_PAPER_ASKED', {
      zh: '没有待提供的纸质文书。',
      en: 'Nobody waits for this letter on paper.',
    }),
};
